"""Forms of pages that the office sends. Written by `web.api.client_source`: change nothing here."""

# ruff: noqa: E501 - summaries are the interface's own

from __future__ import annotations

from urllib.parse import quote

from web.api import page_shapes
from web.client.own_forms import OwnForms
from web.client.transport import NONE, Fields, Files, new_key


class OfficeForms(OwnForms):
    """Forms of pages that the office sends."""

    def accounts_create(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Mở tài khoản cho một người. Mục: login."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan", fields)

    def accounts_end_sign_ins(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Kết thúc mọi phiên đăng nhập của một người."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/phien/ket-thuc", fields)

    def accounts_invite(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Tạo liên kết mới để đặt mật khẩu."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/moi", fields)

    def accounts_lock(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Khóa tài khoản."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/khoa", fields)

    def accounts_mail(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Gửi thư mời đặt mật khẩu."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/moi-thu", fields)

    def accounts_reset_factors(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Gỡ mọi lớp xác thực thứ hai của một người."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/hai-lop/xoa", fields)

    def accounts_unlock(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Mở khóa tài khoản."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/mo-khoa", fields)

    def comments_moderate(self, comment_id: str, word: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Cho đăng hoặc gác lại một ý kiến."""
        return self.form(f"/pages/lay-y-kien/duyet/{quote(comment_id, safe='')}/{quote(word, safe='')}", fields)

    def complaints_create(
        self, code: str, fields: Fields = NONE, files: Files = (), *, key: str | None = None
    ) -> page_shapes.Sent:
        """Ghi nhận đơn thư và tạm dừng hồ sơ. Mục: hold_ground, hold_document, complaint_kind, complaint_on, _name, _contact, _content, _comment, hold_document."""
        return self.form(f"/pages/khieu-nai-to-cao/moi/{quote(code, safe='')}", fields, files, key=key or new_key())

    def complaints_from_comment(self, comment_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Chuyển một ý kiến thành đơn thư."""
        return self.form(f"/pages/khieu-nai-to-cao/y-kien/{quote(comment_id, safe='')}", fields)

    def consents_open_board(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Mở bảng gương điển hình cho mọi người xem."""
        return self.form("/pages/bang-vinh-danh/mo", fields)

    def consents_shut_board(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Đóng bảng gương điển hình."""
        return self.form("/pages/bang-vinh-danh/dong", fields)

    def corrections_answer(self, correction_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Trả lời một yêu cầu đính chính dữ liệu cá nhân. Mục: status, words."""
        return self.form(f"/pages/dinh-chinh/{quote(correction_id, safe='')}/tra-loi", fields)

    def deadlines_remind(self, item_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Nhắc người đang giữ một việc."""
        return self.form(f"/pages/tong-quan/lich-han/nhac/{quote(item_id, safe='')}", fields)

    def desk_confirm(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Xem lại tên và số thư trước khi gửi. Mục: letter."""
        return self.form("/pages/thu-chuyen/xem-lai", fields)

    def desk_edit(self, draft_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Sửa một thư nháp. Mục: address, subject, text, version."""
        return self.form(f"/pages/thu-chuyen/{quote(draft_id, safe='')}/sua", fields)

    def desk_send(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Gửi các thư đã xem lại. Mục: letter, restored, way."""
        return self.form("/pages/thu-chuyen/gui", fields)

    def desk_withdraw(self, draft_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Rút một thư nháp. Mục: version."""
        return self.form(f"/pages/thu-chuyen/{quote(draft_id, safe='')}/rut", fields)

    def documents_again(self, document_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Lập lại một văn bản."""
        return self.form(f"/pages/van-ban/{quote(document_id, safe='')}/lap-lai", fields, key=key or new_key())

    def documents_give_up(self, template: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Bỏ mẫu riêng, dùng lại mẫu chung."""
        return self.form(f"/pages/van-ban/mau/{quote(template, safe='')}/bo", fields)

    def documents_start_after(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Đánh số tiếp theo sổ giấy. Mục: last, nam, reason, so."""
        return self.form("/pages/van-ban/so/mo-tiep", fields)

    def documents_upload(self, template: str, fields: Fields = NONE, files: Files = ()) -> page_shapes.Sent:
        """Dùng một mẫu văn bản đã sửa. Mục: file."""
        return self.form(f"/pages/van-ban/mau/{quote(template, safe='')}", fields, files)

    def documents_void(self, entry_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Hủy một số văn bản, kèm lý do. Mục: nam, reason, so."""
        return self.form(f"/pages/van-ban/so/{quote(entry_id, safe='')}/huy", fields)

    def fence_resume(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Quyết định gửi hay bỏ những gì chờ sau khi phục hồi. Mục: *."""
        return self.form("/pages/sau-phuc-hoi", fields)

    def foresight_order(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Đặt chạy thử một năm của kế hoạch. Mục: first, last, nominees, seed, away, forgets, pace, refuses, plan, compare, other-*."""
        return self.form("/pages/chay-thu", fields, key=key or new_key())

    def forgetting_confirm_person_id(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Xóa dữ liệu cá nhân của một người. Mục: ground, typed."""
        return self.form(f"/pages/xoa-thong-tin/nguoi/{quote(person_id, safe='')}", fields)

    def forgetting_confirm_subject_id(self, subject_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Xóa dữ liệu cá nhân của một người. Mục: ground, typed."""
        return self.form(f"/pages/xoa-thong-tin/duoc-xet/{quote(subject_id, safe='')}", fields)

    def imports_export(self, kind: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Xuất một danh sách để sửa rồi nhập lại."""
        return self.form(f"/pages/nhap-danh-sach/{quote(kind, safe='')}/xuat", fields, key=key or new_key())

    def imports_upload(self, fields: Fields = NONE, files: Files = ()) -> page_shapes.Sent:
        """Xem thử một danh sách sẽ nhập. Mục: kind, file."""
        return self.form("/pages/nhap-danh-sach", fields, files)

    def imports_write(self, kind: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Ghi danh sách đã xem thử. Mục: file_id, name."""
        return self.form(f"/pages/nhap-danh-sach/{quote(kind, safe='')}/ghi", fields)

    def incidents_repair(self, incident_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Xác nhận một sự cố đã xử lý."""
        return self.form(f"/pages/su-co/{quote(incident_id, safe='')}/da-xu-ly", fields)

    def incidents_retry(self, incident_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Thử lại một việc bị sự cố."""
        return self.form(f"/pages/su-co/{quote(incident_id, safe='')}/thu-lai", fields)

    def invitations_look(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Xem trước những người sẽ được mời. Mục: all, person."""
        return self.form("/pages/thiet-lap/moi-nguoi-dung/xem", fields)

    def invitations_send(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Mời nhiều người dùng. Mục: person, seen-*."""
        return self.form("/pages/thiet-lap/moi-nguoi-dung", fields, key=key or new_key())

    def numbers_change(self, number: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Đổi một con số của kế hoạch từ một ngày. Mục: number, starts_on, ground, seen-number."""
        return self.form(f"/pages/thiet-lap/con-so/{quote(number, safe='')}", fields, key=key or new_key())

    def office_change_head(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Đổi phần đầu văn bản của cơ quan. Mục: parent_name, short_name, place, ground, seen-*."""
        return self.form("/pages/thiet-lap/van-ban", fields)

    def open_data_conform(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Đối chiếu lịch sử hồ sơ với quy trình. Mục: process."""
        return self.form("/pages/du-lieu-mo/doi-chieu", fields, key=key or new_key())

    def open_data_log(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Xuất nhật ký sự kiện. Mục: first, format, last, names, process."""
        return self.form("/pages/du-lieu-mo/nhat-ky", fields, key=key or new_key())

    def people_edit_add(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Thêm một người. Mục: code, name, email, unit, post, gender, born_on."""
        return self.form("/pages/danh-ba/them", fields)

    def people_edit_change(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Sửa thông tin một người. Mục: name, post, gender, born_on, email, ground, seen-*."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/sua", fields)

    def people_edit_leave(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Ghi ngày làm việc cuối cùng của một người. Mục: ends_on, ground, seen-ends_on."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/nghi", fields)

    def person_move_confirm(self, person_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Điều chuyển một người sang đơn vị khác. Mục: unit, day, number, reason, kept."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/chuyen-don-vi", fields, key=key or new_key())

    def plan_changes_agree(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Duyệt một thay đổi quy định. Mục: revision."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/duyet", fields)

    def plan_changes_bring(self, fields: Fields = NONE, files: Files = ()) -> page_shapes.Sent:
        """Đưa một bộ quy định mới lên để kiểm tra. Mục: files, folder."""
        return self.form("/pages/doi-quy-dinh", fields, files)

    def plan_changes_give_up(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Bỏ một thay đổi quy định. Mục: revision."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/bo", fields)

    def plan_changes_go_on(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Chuyển tiếp các hồ sơ còn lại. Mục: revision."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/tiep", fields)

    def plan_changes_move(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Chuyển các hồ sơ đang chạy như đã thử. Mục: revision."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/chuyen", fields)

    def plan_changes_propose(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Trình một thay đổi quy định. Mục: moves, reason, revision, starts_on."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/ap-dung", fields)

    def plan_changes_take_back(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Rút thay đổi quy định về để sửa. Mục: revision."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/rut", fields)

    def plan_changes_try_out(self, change_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Thử thay đổi trên mọi hồ sơ đang chạy. Mục: back, revision, state.*.*."""
        return self.form(f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/ho-so", fields)

    def quotas_split(self, name: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Chia chỉ tiêu cho các đơn vị. Mục: places-*, reason, version."""
        return self.form(f"/pages/chi-tieu/{quote(name, safe='')}/phan-bo", fields)

    def retention_carry_out(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Xóa những dữ liệu đã hết thời hạn lưu. Mục: number, proposal."""
        return self.form("/pages/thoi-han-luu/xoa", fields)

    def retention_keep(self, proposal_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Giữ thêm dữ liệu đến một ngày. Mục: until, why."""
        return self.form(f"/pages/thoi-han-luu/giu/{quote(proposal_id, safe='')}", fields)

    def retention_set_rule(self, name: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Đặt thời hạn lưu một loại dữ liệu. Mục: source, years."""
        return self.form(f"/pages/thoi-han-luu/quy-tac/{quote(name, safe='')}", fields)

    def roles_grant(self, person_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Giao một vai trò cho một người. Mục: first, ground, last, look, role, unit."""
        return self.form(f"/pages/danh-ba/{quote(person_id, safe='')}/vai-tro", fields)

    def roles_revoke(self, person_id: str, grant_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Thôi giao một vai trò. Mục: ground, last."""
        return self.form(
            f"/pages/danh-ba/{quote(person_id, safe='')}/vai-tro/{quote(grant_id, safe='')}/ket-thuc", fields
        )

    def runs_again(self, run_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Chạy lại một việc dài."""
        return self.form(f"/pages/chay-nen/{quote(run_id, safe='')}/lai", fields)

    def sign_in_rules_change(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Đặt quy tắc đăng nhập của cơ quan. Mục: fresh_minutes, groups, starts_on."""
        return self.form("/pages/quy-dinh-dang-nhap", fields)

    def tray_write_sentences(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Sửa các câu mẫu. Mục: extend, refuse, return."""
        return self.form("/pages/cau-mau", fields)

    def twins_confirm(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Nhập hai hồ sơ của cùng một người hoặc tập thể. Mục: gone, into, noun, reason."""
        return self.form("/pages/nguoi-trung/nhap-mot", fields, key=key or new_key())

    def twins_confirm_parting(self, twin_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Tách lại hai hồ sơ đã nhập. Mục: reason."""
        return self.form(
            f"/pages/nguoi-trung/nhap-mot/{quote(twin_id, safe='')}/tach-lai", fields, key=key or new_key()
        )

    def unit_merge_confirm(self, unit_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Sent:
        """Hợp nhất một đơn vị vào đơn vị khác. Mục: into, day, number, kept."""
        return self.form(f"/pages/don-vi/{quote(unit_id, safe='')}/hop-nhat", fields, key=key or new_key())

    def units_add(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Thêm một đơn vị. Mục: code, name, type, position."""
        return self.form("/pages/don-vi", fields)

    def units_change(self, unit_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Sửa một đơn vị. Mục: name, type, position, seen-*."""
        return self.form(f"/pages/don-vi/{quote(unit_id, safe='')}", fields)

    def units_end(self, unit_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Ghi ngày kết thúc một đơn vị. Mục: ends_on, ground, seen-ends_on."""
        return self.form(f"/pages/don-vi/{quote(unit_id, safe='')}/ket-thuc", fields)

    def webhooks_add(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Thêm một hệ thống được báo tin. Mục: address, kinds, name."""
        return self.form("/pages/he-thong-nhan", fields)

    def webhooks_change(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Sửa một hệ thống được báo tin. Mục: address, kinds, name."""
        return self.form(f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}", fields)

    def webhooks_end(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Thôi báo tin cho một hệ thống."""
        return self.form(f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/ket-thuc", fields)

    def webhooks_pause(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Tạm dừng báo tin."""
        return self.form(f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/tam-dung", fields)

    def webhooks_renew(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Đổi khóa ký của một hệ thống."""
        return self.form(f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/doi-khoa", fields)

    def webhooks_resume(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Báo tin tiếp."""
        return self.form(f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/tiep-tuc", fields)

    def webhooks_try_out(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Gửi thử một tin."""
        return self.form(f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/gui-thu", fields)

    def work_calendar_add_off(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Thêm ngày nghỉ vào lịch làm việc. Mục: edit, first, label, last, nam, revision, source."""
        return self.form("/pages/lich-lam-viec/ngay-nghi", fields)

    def work_calendar_add_swap(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Thêm ngày làm bù. Mục: edit, nam, off, revision, swap_label, swap_source, worked."""
        return self.form("/pages/lich-lam-viec/lam-bu", fields)

    def work_calendar_adopt(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Theo lịch kèm phần mềm. Mục: revision."""
        return self.form("/pages/lich-lam-viec/theo-ban-phat-hanh", fields)

    def work_calendar_drop(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Bỏ bản nháp lịch. Mục: edit, revision."""
        return self.form("/pages/lich-lam-viec/bo-nhap", fields)

    def work_calendar_go_on(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Tính tiếp các hạn còn lại. Mục: revision."""
        return self.form(f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/tiep", fields)

    def work_calendar_plan_again(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Tính lại những gì lịch mới sẽ dời. Mục: revision."""
        return self.form(f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/tinh-lai", fields)

    def work_calendar_propose(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Trình bản nháp lịch. Mục: edit, nam, reason, revision."""
        return self.form("/pages/lich-lam-viec/trinh", fields)

    def work_calendar_remove(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Bỏ một dòng của lịch. Mục: line, nam, revision."""
        return self.form("/pages/lich-lam-viec/bo-dong", fields)

    def work_calendar_set_year(self, fields: Fields = NONE) -> page_shapes.Sent:
        """Ngày nghỉ của một năm đã được quyết định hay chỉ dự kiến. Mục: official, revision, year."""
        return self.form("/pages/lich-lam-viec/nam", fields)

    def work_calendar_take_back(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Sent:
        """Rút lịch đã trình về bản nháp. Mục: revision."""
        return self.form(f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/rut", fields)
