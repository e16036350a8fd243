"""Forms of pages that anybody may send. Written by `web.api.client_source`: change nothing here."""

# ruff: noqa: E501 - summaries are the interface's own

from __future__ import annotations

from urllib.parse import quote

from web.api import page_shapes
from web.client.transport import NONE, Fields, Files, Transport, new_key


class OwnForms(Transport):
    """Forms of pages that anybody may send."""

    def ballots_check(self, box_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Mã nhận có trong hòm phiếu đã khóa hay không. Mục: code."""
        return self.form(f"/pages/bo-phieu/{quote(box_id, safe='')}/ma-nhan", fields)

    def ballots_close(self, box_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Xác nhận kết thúc bỏ phiếu."""
        return self.form(f"/pages/bo-phieu/{quote(box_id, safe='')}/khoa", fields)

    def ballots_export(self, box_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Mọi thứ để kiểm lại một hòm phiếu đã khóa."""
        return self.form(f"/pages/bo-phieu/{quote(box_id, safe='')}/phieu.json", fields)

    def calendars_create(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Tạo địa chỉ lịch riêng, địa chỉ cũ hết hiệu lực."""
        return self.form("/pages/ca-nhan/lich-va-thu/dia-chi", fields)

    def calendars_pace(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Nhận thư ngay hay gộp mỗi sáng. Mục: pace."""
        return self.form("/pages/ca-nhan/lich-va-thu/thu", fields)

    def calendars_revoke(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Thu hồi địa chỉ lịch riêng."""
        return self.form("/pages/ca-nhan/lich-va-thu/thu-hoi", fields)

    def cases_export(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Xuất danh sách hồ sơ ra Excel."""
        return self.form("/pages/ho-so/xuat", fields, key=key or new_key())

    def consents_show(self, subject_id: str, fields: Fields = NONE, files: Files = ()) -> page_shapes.Sent:
        """Ghi nhận đồng ý công khai của một gương. Mục: given_on, paper, sentence, shows_photo, shows_story, story, photo."""
        return self.form(f"/pages/bang-vinh-danh/{quote(subject_id, safe='')}", fields, files)

    def consents_take_down(self, subject_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Gỡ một gương khỏi bảng. Mục: why."""
        return self.form(f"/pages/bang-vinh-danh/{quote(subject_id, safe='')}/go", fields)

    def corrections_ask(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Yêu cầu đính chính dữ liệu cá nhân của mình. Mục: field, wanted, why."""
        return self.form("/pages/dinh-chinh", fields)

    def corrections_withdraw(self, correction_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Rút yêu cầu đính chính."""
        return self.form(f"/pages/dinh-chinh/{quote(correction_id, safe='')}/rut", fields)

    def demo_clock_move(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Chỉnh đồng hồ của bản dùng thử. Mục: day."""
        return self.form("/pages/ngay-trinh-dien", fields)

    def people_end_absence(self, person_id: str, absence_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Kết thúc một lần vắng mặt."""
        return self.form(
            f"/pages/danh-ba/{quote(person_id, safe='')}/vang-mat/{quote(absence_id, safe='')}/ket-thuc", fields
        )

    def people_own_data(self, person_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Bản dữ liệu cá nhân của một người."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/du-lieu", fields, key=key or new_key())

    def people_set_absence(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Báo vắng mặt và người xử lý thay. Mục: deputy, first, last, reason."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/vang-mat", fields)

    def profile_prefer(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Chọn giao diện sáng, tối và phím tắt. Mục: theme, shortcuts."""
        return self.form("/pages/ca-nhan/tuy-chon", fields)

    def profile_revoke_token(self, token_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Thu hồi một mã truy cập của mình."""
        return self.form(f"/pages/ca-nhan/ma-truy-cap/{quote(token_id, safe='')}/thu-hoi", fields)

    def push_drop(self, device_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Thôi báo tới một thiết bị."""
        return self.form(f"/pages/ca-nhan/thiet-bi/{quote(device_id, safe='')}/tat", fields)

    def push_try_out(self, device_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Báo thử tới một thiết bị."""
        return self.form(f"/pages/ca-nhan/thiet-bi/{quote(device_id, safe='')}/thu", fields, key=key or new_key())

    def records_add(
        self, code: str, fields: Fields = NONE, files: Files = (), *, key: str | None = None
    ) -> page_shapes.Sent:
        """Thêm một thành tích. Mục: *, proof."""
        return self.form(f"/pages/ho-so/{quote(code, safe='')}/thanh-tich", fields, files, key=key or new_key())

    def records_withdraw(self, code: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Rút một thành tích ghi nhầm. Mục: record, why."""
        return self.form(f"/pages/ho-so/{quote(code, safe='')}/thanh-tich/rut", fields)

    def runs_stop(self, run_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Dừng một việc dài."""
        return self.form(f"/pages/chay-nen/{quote(run_id, safe='')}/dung", fields)

    def tray_bring_back(self, item_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Đưa một việc đã hoãn trở lại. Mục: _item_version."""
        return self.form(f"/pages/viec/{quote(item_id, safe='')}/thoi-hoan", fields)

    def tray_decide(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Quyết nhiều việc cùng lúc. Mục: one, cach, reason, _list."""
        return self.form("/pages/viec/cung-quyet", fields, key=key or new_key())

    def tray_drop_filter(self, filter_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Bỏ một bộ lọc đã lưu."""
        return self.form(f"/pages/viec/bo-loc/{quote(filter_id, safe='')}/bo", fields)

    def tray_keep_filter(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Lưu bộ lọc của danh sách việc. Mục: _list, name."""
        return self.form("/pages/viec/bo-loc", fields)

    def work_calendar_agree(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Duyệt lịch làm việc đã trình. Mục: revision."""
        return self.form(f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/duyet", fields)
