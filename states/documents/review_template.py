"""The report of a review as a Word file with tags: sentences from numbers, and nothing said as nothing."""

from __future__ import annotations

from docx.shared import Pt

from states.documents.blocks import addressed, body, foot, head, title
from states.documents.charts import STYLE
from states.documents.pages import Paper

_SINCE = (
    "{% if {0}.so_sanh %}, {{ {0}.so_sanh }}{% endif %}"
    "{% if {0}.chi_tieu %}, đạt {{ {0}.dat }} chỉ tiêu ({{ {0}.chi_tieu }}){% endif %}"
)
UNIT_HEADS = (
    "STT",
    "Phòng, đơn vị",
    "Nhân tố mới",
    "Được công nhận",
    "Đang theo dõi",
    "Khen thưởng",
    "Tin, bài",
    "Đăng ký thi đua",
    "Dự tập huấn",
)
UNIT_WIDTHS = (13, 40, 14, 16, 15, 18, 13, 18, 17)  # mm
UNIT_KEYS = ("gioi_thieu", "cong_nhan", "dang_theo_doi", "khen_thuong", "tin_bai", "dang_ky", "tap_huan")
REWARD_HEADS = ("STT", "Họ và tên (tên tập thể)", "Đơn vị", "Thành tích")
REWARD_WIDTHS = (13, 46, 45, 60)
LIST_HEADS = ("STT", "Họ và tên (tên tập thể)", "Đơn vị", "Thành tích nổi bật", "Đánh giá")
LIST_WIDTHS = (12, 56, 60, 77, 46)


def review() -> Paper:
    """The whole paper."""
    paper = Paper("Báo cáo sơ kết, tổng kết")
    head(paper)
    title(
        paper,
        "BÁO CÁO",
        "{% if tong_ket %}Tổng kết giai đoạn {{ giai_doan }}{% else %}Sơ kết {{ ky_bao_cao "
        "}}{% endif %} "
        "triển khai {{ ke_hoach }}",
    )
    addressed(paper)
    body(
        paper,
        "Triển khai {{ ke_hoach }}, {{ co_quan_ten }} báo cáo kết quả {% if tong_ket %}giai đoạn {{ "
        "giai_doan }}"
        "{% else %}{{ ky_bao_cao }}{% endif %} như sau (số liệu tính đến ngày {{ so_lieu_den }}):",
    )
    _section(
        paper, "I. CÔNG TÁC CHỈ ĐẠO, TỔ CHỨC THỰC HIỆN", "noi_dung_doan", "Trong kỳ không có nội dung chỉ đạo riêng."
    )
    paper.line("Mục", "II. KẾT QUẢ THỰC HIỆN")
    _nominees(paper)
    _recognitions(paper)
    _publicity(paper)
    _movements(paper)
    _training(paper)
    _exemplars(paper)
    _tables(paper)
    _section(
        paper, "V. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN", "ton_tai", "Các phòng, đơn vị không báo cáo tồn tại, hạn chế."
    )
    _rewards(paper)
    _section(paper, "VII. PHƯƠNG HƯỚNG, NHIỆM VỤ", "phuong_huong", "Tiếp tục thực hiện các nhiệm vụ của Kế hoạch.")
    closing = paper.line(
        "Nội dung",
        "Trên đây là báo cáo {% if tong_ket %}tổng kết giai đoạn {{ giai_doan }}{% else %}sơ kết "
        "{{ ky_bao_cao }}{% endif %} của {{ co_quan_ten }}./.",
    )
    closing.paragraph_format.keep_with_next = True  # no signature stands alone on a page
    foot(paper)
    _annex(paper)
    return paper


def _section(paper: Paper, name: str, tag: str, none: str) -> None:
    paper.line("Mục", name).paragraph_format.space_before = Pt(6)
    paper.lines("Nội dung", f"x in {tag}", "{{ x }}")
    paper.when(f"not {tag}", "Nội dung", none)


def _part(paper: Paper, name: str, condition: str, said: str, none: str) -> None:
    """A part of the results: its sentence or, where there is nothing, that there was nothing."""
    paper.line("Mục", name)
    paper.when(condition, "Nội dung", said)
    paper.when(f"not ({condition})", "Nội dung", none)


def _since(tag: str) -> str:
    return _SINCE.replace("{0}", tag)


def _nominees(paper: Paper) -> None:
    _part(
        paper,
        "1. Phát hiện, bồi dưỡng nhân tố mới",
        "so_lieu.gioi_thieu.so",
        "Các phòng, đơn vị đã giới thiệu {{ so_lieu.gioi_thieu.ghi }} ({{ so_lieu.gioi_thieu.chu }}) nhân tố mới"
        + _since("so_lieu.gioi_thieu")
        + "; {% if so_lieu.suy_ton.so %}có {{ so_lieu.suy_ton.ghi }}{% else %}chưa có{% endif %} lượt suy tôn "
        "của đồng nghiệp; "
        "{% if so_lieu.theo_doi.so %}có {{ so_lieu.theo_doi.ghi }}{% else %}chưa có{% endif %} lượt ghi nhận "
        "bồi dưỡng nhân tố mới "
        "và theo dõi điển hình.",
        "Trong kỳ không có nhân tố mới được giới thiệu{% if so_lieu.gioi_thieu.truoc %} (kỳ trước: "
        "{{ so_lieu.gioi_thieu.truoc }}){% endif %}.",
    )
    paper.when(
        "khong_phat_sinh",
        "Nội dung",
        "Phòng, đơn vị không phát sinh nhân tố mới và điển hình được công nhận: {{ khong_phat_sinh|join('; ') }}.",
    )


def _recognitions(paper: Paper) -> None:
    _part(
        paper,
        "2. Xét, công nhận và khen thưởng điển hình tiên tiến",
        "tong_cong_nhan.so",
        "Có {{ tong_cong_nhan.ghi }} ({{ tong_cong_nhan.chu }}) lượt tập thể, cá nhân được công nhận điển hình "
        "tiên tiến các cấp" + _since("tong_cong_nhan") + ", gồm:",
        "Trong kỳ không có tập thể, cá nhân được công nhận điển hình tiên tiến.",
    )
    paper.line("Nội dung", "{%p if tong_cong_nhan.so %}")
    paper.lines(
        "Nội dung",
        "x in cong_nhan",
        "- {{ x.cap }}: {% if x.so %}{{ x.ghi }} ({{ x.chu }}){% else %}không có"
        "{% endif %}{% if x.so_sanh %}, {{ x.so_sanh }}{% endif %}{% if x.chi_tieu %}; chỉ tiêu {{ "
        "x.chi_tieu }}, đạt "
        "{{ x.dat }}{% endif %}{% if loop.last %}.{% else %};{% endif %}",
    )
    paper.line("Nội dung", "{%p endif %}")
    body(
        paper,
        "{% if so_lieu.huy_bo.so %}Có {{ so_lieu.huy_bo.ghi }} ({{ so_lieu.huy_bo.chu }}) trường hợp bị "
        "hủy bỏ công nhận."
        "{% else %}Không có trường hợp bị hủy bỏ công nhận.{% endif %}",
    )
    body(
        paper,
        "{% if so_lieu.khen_thuong.so %}Đã khen thưởng {{ so_lieu.khen_thuong.ghi }} ({{ "
        "so_lieu.khen_thuong.chu }}) "
        "lượt điển hình" + _since("so_lieu.khen_thuong") + ".{% else %}Trong kỳ chưa có điển hình được khen "
        "thưởng.{% endif %}",
    )


def _publicity(paper: Paper) -> None:
    _part(
        paper,
        "3. Tuyên truyền, nhân rộng điển hình tiên tiến",
        "so_lieu.tin_bai.so",
        "Đã đăng phát {{ so_lieu.tin_bai.ghi }} ({{ so_lieu.tin_bai.chu }}) tin, bài, chương trình về phong "
        "trào thi đua và điển "
        "hình tiên tiến" + _since("so_lieu.tin_bai") + "{% if so_lieu.tiep_can.so %}; theo số liệu đã ghi nhận có "
        "{{ so_lieu.tiep_can.ghi }} lượt người xem, nghe, tham dự{% endif %}.",
        "Trong kỳ chưa có tin, bài, chương trình được đăng phát.",
    )


def _movements(paper: Paper) -> None:
    _part(
        paper,
        "4. Phong trào thi đua và thi đua cùng điển hình",
        "so_lieu.phong_trao.so or so_lieu.dang_ky.so",
        "Sở đã phát động {{ so_lieu.phong_trao.ghi }} ({{ so_lieu.phong_trao.chu }}) phong trào thi đua, có "
        "{{ so_lieu.dang_ky.ghi }} lượt đăng ký" + _since("so_lieu.dang_ky") + ". Kết quả: đạt khen cao "
        "{{ so_lieu.khen_cao.ghi }}, hoàn thành {{ so_lieu.hoan_thanh.ghi }}, không đạt {{ so_lieu.khong_dat.ghi }}.",
        "Trong kỳ không phát động phong trào thi đua.",
    )


def _training(paper: Paper) -> None:
    _part(
        paper,
        "5. Tập huấn nghiệp vụ",
        "so_lieu.tap_huan.so",
        "Có {{ so_lieu.tap_huan.ghi }} ({{ so_lieu.tap_huan.chu }}) lượt công chức, viên chức dự tập huấn "
        "nghiệp vụ thi đua, khen "
        "thưởng và tuyên truyền" + _since("so_lieu.tap_huan") + ".",
        "Trong kỳ không tổ chức tập huấn nghiệp vụ.",
    )


def _exemplars(paper: Paper) -> None:
    _part(
        paper,
        "6. Đánh giá điển hình đã được công nhận",
        "danh_gia.tat_ca",
        "Các phòng, đơn vị đã đánh giá {{ danh_gia.ghi }} ({{ danh_gia.chu }}) điển hình (danh sách tại Phụ "
        "lục): tiếp tục phát "
        "huy {{ danh_gia.tiep_tuc }}; đề nghị xét cấp cao hơn {{ danh_gia.de_nghi_cap_tren }}; thôi theo dõi "
        "{{ danh_gia.thoi_theo_doi }}.",
        "Không có điển hình thuộc diện đánh giá trong kỳ.",
    )


def _tables(paper: Paper) -> None:
    paper.line("Mục", "III. SO SÁNH VỚI CHỈ TIÊU VÀ {% if tong_ket %}GIỮA CÁC NĂM{% else %}KỲ TRƯỚC{% endif %}")
    paper.growing(
        ("STT", "Nội dung"),
        (13, 63),
        "bang_dau",
        "x in bang",
        (("{{ x.stt }}", "Bảng giữa"), ("{{ x.noi_dung }}", "Bảng")),
        "x.o",
        width=88,
    )
    _chart(paper, "theo_nam", "Biểu đồ 1. Kết quả qua các kỳ")
    paper.line(
        "Mục", "IV. KẾT QUẢ THEO PHÒNG, ĐƠN VỊ {% if tong_ket %}CẢ GIAI ĐOẠN{% else %}TRONG KỲ{% endif %}"
    ).paragraph_format.space_before = Pt(6)
    paper.when("chua_bao_cao", "Nội dung", "Chưa có báo cáo khi tổng hợp: {{ chua_bao_cao|join('; ') }}.")
    paper.table(
        UNIT_HEADS,
        UNIT_WIDTHS,
        "x in theo_don_vi",
        (
            ("{{ x.stt }}", "Bảng giữa"),
            ("{{ x.don_vi }}", "Bảng"),
            *((f"{{{{ x.{key} }}}}", "Bảng giữa") for key in UNIT_KEYS),
        ),
        last=("", "Cộng", *(f"{{{{ cong_don_vi.{key} }}}}" for key in UNIT_KEYS)),
    )
    _chart(paper, "theo_don_vi", "Biểu đồ 2. Nhân tố mới và điển hình được công nhận theo đơn vị")


def _chart(paper: Paper, name: str, said: str) -> None:
    paper.line(STYLE, f"{{{{ bieu_do_{name} }}}}").paragraph_format.space_before = Pt(8)
    paper.line("Kèm theo", said)


def _rewards(paper: Paper) -> None:
    paper.line("Mục", "VI. ĐỀ NGHỊ KHEN THƯỞNG KỊP THỜI").paragraph_format.space_before = Pt(6)
    paper.when("not de_nghi", "Nội dung", "Không có trường hợp đề nghị khen thưởng trong kỳ.")
    paper.line("Nội dung", "{%p if de_nghi %}")
    body(paper, "Đề nghị xem xét khen thưởng kịp thời {{ de_nghi|length }} trường hợp sau:")
    paper.table(
        REWARD_HEADS,
        REWARD_WIDTHS,
        "x in de_nghi",
        (
            ("{{ x.stt }}", "Bảng giữa"),
            ("{{ x.ten }}", "Bảng"),
            ("{{ x.don_vi }}", "Bảng"),
            ("{{ x.thanh_tich }}", "Bảng"),
        ),
    )
    paper.line("Nội dung", "{%p endif %}")


def _annex(paper: Paper) -> None:
    paper.turn(landscape=True)
    paper.line("Phụ lục", "Phụ lục")
    paper.line("Phụ lục", "ĐIỂN HÌNH TIÊN TIẾN VÀ ĐÁNH GIÁ CỦA PHÒNG, ĐƠN VỊ")
    paper.line("Kèm theo", "(Kèm theo Báo cáo {{ so_ngay_cua }})")
    paper.when("not danh_sach", "Thường", "Không có điển hình thuộc diện đánh giá trong kỳ.")
    paper.line("Thường", "{%p if danh_sach %}")
    paper.table(
        LIST_HEADS,
        LIST_WIDTHS,
        "x in danh_sach",
        (
            ("{{ x.stt }}", "Bảng giữa"),
            ("{{ x.ten }}", "Bảng"),
            ("{{ x.don_vi }}", "Bảng"),
            ("{{ x.thanh_tich }}", "Bảng"),
            ("{{ x.ghi_chu }}", "Bảng"),
        ),
    )
    paper.line("Thường", "Danh sách có {{ danh_sach|length }} trường hợp.").paragraph_format.space_before = Pt(6)
    paper.line("Thường", "{%p endif %}")
