"""From nothing to a first link in three commands, by somebody who knows no YAML."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import yaml

from config import wiring
from config.settings import SHIPPED_PLANS, Settings
from states.imports.kinds import KINDS
from tests.web.commands.terminal import called
from tests.web.conftest import Browser
from tests.web.test_imports import book, send
from tests.web.test_invitations import form_of
from tests.workflow.plans import registry
from web.app import create_app
from workflow.clock import local_date, wall_now
from workflow.loading import load_plan

SEED = "so-tttt-2022-2025"
NUMBER = sorted(path.parent.name for path in SHIPPED_PLANS.glob("*/plan.yaml")).index(SEED) + 1
ANSWERS = f"{NUMBER}\ny\nSở Xây dựng\nỦy ban nhân dân thành phố\nSXD\n\n\nNguyễn Thị Hạnh\n\n\n"


def test_a_folder_is_asked_for_and_init_says_calmly_what_is_missing(tmp_path: Path) -> None:
    folder, home = tmp_path / "ke-hoach", {"NEUGUONG_VAR": str(tmp_path / "var")}
    told = called("new", folder, pasted=ANSWERS, **home)
    assert told.exit_code == 0, told.output
    assert "Cho: Phòng" in told.stdout, "each model says for which units it is"
    assert "Triển khai và sơ kết hằng năm" in told.stdout, "and by which phases"
    assert "neuguong invite hanh.nt --admin" in told.stdout
    assert "31/12/2025: đã hết thời gian" in told.stdout, "a plan that is over is said to be, before it is chosen"
    assert "vu_cuc" not in told.stdout
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    assert "agency: so-xay-dung" in text
    assert text.startswith("# Kế hoạch của Sở Xây dựng,")
    year = local_date(wall_now()).year
    assert f"period: {year}-01-01..{year + 2}-12-31\n" in text
    assert f"at: 1/12/{year + 2}," in text
    assert "nd152: {title: Nghị định 152/2025/NĐ-CP, in_force: 2025-07-01..2027-03-01}" in text, "law is not moved"
    assert "# lowest first; any number of them" in (folder / "plan.yaml").read_text(encoding="utf-8")
    done = called("init", folder, **home)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) <= 16, done.stdout
    head = yaml.safe_load((folder / "organisation.yaml").read_text(encoding="utf-8"))["agency"]
    assert (head["parent_name"], head["short_name"]) == ("Ủy ban nhân dân thành phố", "SXD")
    assert [line for line in lines if "Chưa có địa danh" in line], "what was left empty is asked for"
    assert not [line for line in lines if "Chưa có tên viết tắt" in line]
    assert "Đơn vị: thêm 1, sửa 0." in lines
    assert done.stdout.count("Chưa có ai giữ vai trò: Chủ tịch Hội đồng.") == 1
    assert not [line for line in lines if "units" in line or "unit_head" in line], "no word of the files"
    assert "neuguong invite hanh.nt --admin" in lines[-1]
    assert "/dat-mat-khau/" in called("invite", "hanh.nt", "--admin", **home).stdout
    assert called("init", **home).stdout.splitlines() == ["Cơ sở dữ liệu đã sẵn sàng."], "an upgrade: the plan goes on"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    told = called("new", "/proc/ke-hoach", pasted=ANSWERS, NEUGUONG_VAR=str(tmp_path / "var"))
    assert told.exit_code == 2, told.output
    assert told.stderr.startswith("Lỗi: Không đọc hoặc không ghi được /proc/ke-hoach: ")


def test_init_without_a_folder_asks_for_one_until_a_plan_is_there(tmp_path: Path) -> None:
    assert "Chưa nạp kế hoạch nào" in called("init", NEUGUONG_VAR=str(tmp_path)).stdout


def test_nothing_is_written_over_and_wrong_answers_are_told(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "plan.yaml").write_text("mine", encoding="utf-8")
    assert called("new", tmp_path / "x").exit_code == 2
    assert (tmp_path / "x" / "plan.yaml").read_text(encoding="utf-8") == "mine"
    refused = called("new", tmp_path / "y", "--like", SEED, "--name", "Sở", "--code", "Sở Một")
    assert (refused.exit_code, "mã cơ quan" in refused.stderr) == (2, True)
    assert not (tmp_path / "y").exists()
    unknown = called("new", tmp_path / "y", "--like", "khong-co")
    assert (unknown.exit_code, "so-tttt-2022-2025" in unknown.stderr) == (2, True)


@pytest.mark.parametrize("model", sorted(path.parent.name for path in SHIPPED_PLANS.glob("*/plan.yaml")))
def test_each_shipped_plan_copied_is_sound_whatever_year_it_is_moved_to(model: str, tmp_path: Path) -> None:
    folder, year = tmp_path / "ke-hoach", local_date(wall_now()).year
    told = called("new", folder, "--like", model, "--name", "Sở Xây dựng", "--admin", "Nguyễn Thị Hạnh",
                  "--code", "sxd", "--login", "hanh.nt", "--email", "")  # fmt: skip
    assert told.exit_code == 0, told.output
    plan = load_plan(folder, registry=registry()).plan
    assert plan.end.year >= year
    assert called("move-plan", folder, "--year", year + 4).exit_code == 0
    again = load_plan(folder, registry=registry()).plan
    assert (again.start.isoformat(), again.end.year - again.start.year) == (
        f"{year + 4}-01-01",
        plan.end.year - plan.start.year,
    )
    assert list(again.phases) == list(plan.phases)
    checked = called("check", folder)
    assert checked.exit_code == 0, checked.output


def test_a_plan_that_is_over_may_be_kept_and_moved_later(tmp_path: Path) -> None:
    folder, home = tmp_path / "ke-hoach", {"NEUGUONG_VAR": str(tmp_path / "var")}
    told = called("new", folder, "--keep-dates", pasted=ANSWERS.replace("\ny\n", "\n", 1), **home)
    assert f"neuguong move-plan {folder}" in told.stdout
    assert "..2025-12-31" in (folder / "plan.yaml").read_text(encoding="utf-8")
    assert "đã hết thời gian thực hiện từ ngày 31/12/2025" in called("init", folder, **home).stdout
    assert called("move-plan", tmp_path).exit_code == 2
    running = called("new", tmp_path / "x", pasted="\n" + ANSWERS.split("y\n", 1)[1], **home)
    assert "2021 - 2025 và 2026 - 2030" in (tmp_path / "x" / "plan.yaml").read_text(encoding="utf-8"), running.output


PASSWORD = "nêu gương sáng năm nay"
UNITS = (("Mã đơn vị", "Tên đơn vị", "Loại"), ("QLN", "Phòng Quản lý nhà", "Phòng"), ("BGD", "Ban Giám đốc", ""))
PEOPLE = (
    ("Mã người", "Họ và tên", "Đơn vị", "Giới tính"),
    ("CB002", "Trần Văn Giang", "Ban Giám đốc", "nam"), ("CB003", "Lê Thị Hoa", "Phòng Quản lý nhà", "nữ"),
    ("CB004", "Phạm Văn Kiên", "VP", ""), ("CB005", "Vũ Thị Lụa", "QLN", "nữ"),
)  # fmt: skip
ROLES = (
    ("Mã người", "Vai trò", "Đơn vị"),
    ("CB002", "Giám đốc", ""), ("CB002", "Chủ tịch Hội đồng", ""), ("CB003", "Lãnh đạo phòng", "QLN"),
    ("CB004", "lanh_dao", "VP"), ("CB003", "Thành viên", ""), ("CB004", "Thành viên Hội đồng", ""),
)  # fmt: skip


def test_an_agency_is_set_up_from_lists_and_everybody_is_invited(tmp_path: Path) -> None:
    """As a newcomer does it: three commands, three lists, one page that says what is still missing."""
    folder, home = tmp_path / "ke-hoach", {"NEUGUONG_VAR": str(tmp_path / "var")}
    called("new", folder, pasted=ANSWERS, **home)
    called("init", folder, **home)
    link = re.search(r"/dat-mat-khau/\S+", called("invite", "hanh.nt", "--admin", **home).stdout)[0]
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'var' / 'neuguong.db'}", files=tmp_path / "files")
    application = wiring.build(settings)
    try:
        app = create_app(application)
        app.config["SESSION_COOKIE_SECURE"] = False
        admin = Browser(app.test_client())
        set_password(admin, link)
        admin.sign_in("hanh.nt", PASSWORD)
        assert "Chưa có ai giữ vai trò: Giám đốc Sở." in admin.get("/thiet-lap/con-thieu").text
        for kind, rows in (("units", UNITS), ("people", PEOPLE), ("roles", ROLES)):
            tried = send(admin, kind, book(KINDS[kind].sheet, *rows))
            assert tried.status_code == 200, tried.text
            file_id = re.search(r'name="file_id" value="([^"]+)"', tried.text)[1]
            written = admin.post(f"/nhap-danh-sach/{kind}/ghi", {"file_id": file_id}, seen="/nhap-danh-sach")
            assert written.status_code == 303, kind
            shown = admin.get(written.headers["Location"]).text
            following = {"units": "people", "people": "roles"}.get(kind)
            assert (following is None) == ("Tiếp theo" not in shown), kind
            assert following is None or re.search(rf'value="{following}"[^>]* checked', shown), kind
            assert 'href="/thiet-lap/con-thieu"' in shown
        there = admin.get("/thiet-lap/con-thieu").text
        assert "/nhap-danh-sach?kind=units" in there, "what is there already can be added to"
        offered = BytesIO(admin.get("/nhap-danh-sach/roles/mau.xlsx").data)
        with zipfile.ZipFile(offered) as made:
            assert "Phòng Quản lý nhà" in made.read("xl/sharedStrings.xml").decode()
        page = admin.get("/thiet-lap/con-thieu").text
        assert re.findall(r"<li>(Chưa có ai[^<]*|\d người giữ vai trò chưa đăng nhập[^<]*)", page) == [
            "3 người giữ vai trò chưa đăng nhập được: Lê Thị Hoa, Phạm Văn Kiên, Trần Văn Giang."
        ]
        looked = admin.post("/thiet-lap/moi-nguoi-dung/xem", {"all": "1"}, seen="/thiet-lap/moi-nguoi-dung").text
        sent = admin.post("/thiet-lap/moi-nguoi-dung", form_of(looked), seen="/thiet-lap/moi-nguoi-dung").text
        rows, slips = sent.split('<section class="slip">', 1)
        links, printed = (re.findall(r">[^<]*(/dat-mat-khau/[\w-]+)<", part) for part in (rows, slips))
        assert len(links) == 4, "without a mail server each link is handed over"
        assert printed == links, "and stands on a slip to cut out"
        for one in links:
            set_password(Browser(app.test_client()), one)
        left = re.findall(r"<li>([^<]*)</li>", admin.get("/thiet-lap/con-thieu").text.replace("<details", "</ul>"))
        told = called("init", folder, **home).stdout
        few = "cần 3 người suy tôn, nhưng «Phòng Quản lý nhà» trừ người được giới thiệu chỉ còn 1 người"
        assert [few in "".join(left), few in told] == [True, True]
        assert "đã hết thời gian" not in "".join(left) + told
        assert not [one for one in left if "Chưa có ai" in one or "chưa đăng nhập" in one], left
    finally:
        application.dispose()


def set_password(browser: Browser, link: str) -> None:
    """What somebody does who was invited."""
    answer = browser.post(link, {"password": PASSWORD, "repeated": PASSWORD}, seen=link)
    assert answer.status_code == 303, answer.text
