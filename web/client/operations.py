"""Every operation of `/api/v1`, a method each. Written by `web.api.client_source`: change nothing here."""

# ruff: noqa: E501 - summaries are the interface's own

from __future__ import annotations

from urllib.parse import quote

from web.api import office_shapes, page_shapes, shapes, webhook_shapes
from web.client.transport import NONE, Fields, Files, Transport, form, new_key, parts


class Client(Transport):
    """One person's access; what a person may not do, this may not either."""

    def act(
        self, code: str, action: str, body: shapes.ActIn, version: int, *, key: str | None = None
    ) -> shapes.Receipt:
        """Thực hiện một việc."""
        return self.told(
            shapes.Receipt,
            "POST",
            f"/cases/{quote(code, safe='')}/actions/{quote(action, safe='')}",
            body=body,
            version=version,
            key=key or new_key(),
        )

    def actions(self, code: str) -> shapes.Options:
        """Việc làm được và mọi lý do không làm được."""
        return self.told(shapes.Options, "GET", f"/cases/{quote(code, safe='')}/actions")

    def answer(self, ask_id: str, body: shapes.AnswerIn, version: int, *, key: str | None = None) -> shapes.Receipt:
        """Trả lời một câu hỏi; If-Match là phiên bản của việc (item)."""
        return self.told(
            shapes.Receipt,
            "POST",
            f"/asks/{quote(ask_id, safe='')}/answer",
            body=body,
            version=version,
            key=key or new_key(),
        )

    def case(self, code: str) -> shapes.Case:
        """Một hồ sơ; ETag là phiên bản."""
        return self.told(shapes.Case, "GET", f"/cases/{quote(code, safe='')}")

    def case_undo(self, code: str, body: shapes.UndoIn) -> shapes.Receipt:
        """Hoàn tác quyết định vừa rồi của tôi, khi chưa có gì rời hồ sơ."""
        return self.told(shapes.Receipt, "POST", f"/cases/{quote(code, safe='')}/undo", body=body)

    def cases(
        self,
        *,
        process: str | None = None,
        stage: str | None = None,
        level: str | None = None,
        unit: str | None = None,
        late: str | None = None,
        search: str | None = None,
        after: str | None = None,
        limit: str | None = None,
    ) -> shapes.CaseLines:
        """Hồ sơ tôi được xem, mới nhất trước."""
        return self.told(
            shapes.CaseLines,
            "GET",
            "/cases",
            query={
                "process": process,
                "stage": stage,
                "level": level,
                "unit": unit,
                "late": late,
                "search": search,
                "after": after,
                "limit": limit,
            },
        )

    def directory(self) -> shapes.Directory:
        """Cán bộ và đơn vị hôm nay, để điền biểu mẫu."""
        return self.told(shapes.Directory, "GET", "/directory")

    def download(self, file_id: str) -> bytes:
        """Nội dung một tệp của hồ sơ tôi được xem."""
        return self.call("GET", f"/files/{quote(file_id, safe='')}")

    def event_log(
        self,
        *,
        format: str | None = None,
        process: str | None = None,
        from_: str | None = None,
        until: str | None = None,
    ) -> bytes:
        """Nhật ký sự kiện của hồ sơ tôi được xem (xes, ocel), bằng bí danh."""
        return self.call(
            "GET", "/event-log", query={"format": format, "process": process, "from": from_, "until": until}
        )

    def explained(
        self, *, kind: str | None = None, about: str | None = None, case: str | None = None
    ) -> shapes.WhyTold:
        """Vì sao: kind là item, deadline (about: mã việc), case (mã hồ sơ), person (mã người, case: với hồ sơ nào) refusal (mã từ chối) hoặc start (about: QUY_TRÌNH hay QUY_TRÌNH.THAO_TÁC, case: về ai, mã người hay đơn vị)."""
        return self.told(shapes.WhyTold, "GET", "/why", query={"kind": kind, "about": about, "case": case})

    def extension(
        self, item_id: str, body: shapes.ExtensionIn, version: int, *, key: str | None = None
    ) -> shapes.Receipt:
        """Xin gia hạn một việc của tôi, hoặc trả lời một yêu cầu gia hạn; If-Match là phiên bản của việc."""
        return self.told(
            shapes.Receipt,
            "POST",
            f"/work-items/{quote(item_id, safe='')}/extension",
            body=body,
            version=version,
            key=key or new_key(),
        )

    def history(self, code: str) -> shapes.History:
        """Lịch sử hồ sơ, từ đầu."""
        return self.told(shapes.History, "GET", f"/cases/{quote(code, safe='')}/history")

    def item_claim(self, item_id: str, version: int) -> shapes.Done:
        """Nhận một việc."""
        return self.told(shapes.Done, "POST", f"/work-items/{quote(item_id, safe='')}/claim", version=version)

    def item_postpone(self, item_id: str, body: shapes.PostponeIn) -> shapes.Done:
        """Hoãn một việc đến một ngày, hoặc đưa trở lại."""
        return self.told(shapes.Done, "POST", f"/work-items/{quote(item_id, safe='')}/postponement", body=body)

    def item_reassign(self, item_id: str, body: shapes.ReassignIn, version: int) -> shapes.Receipt:
        """Chuyển một việc cho đồng nghiệp."""
        return self.told(
            shapes.Receipt, "POST", f"/work-items/{quote(item_id, safe='')}/reassignment", body=body, version=version
        )

    def item_recuse(self, item_id: str, body: shapes.ReasonIn, version: int) -> shapes.Receipt:
        """Khai xung đột lợi ích với người được xét."""
        return self.told(
            shapes.Receipt, "POST", f"/work-items/{quote(item_id, safe='')}/recusal", body=body, version=version
        )

    def item_release(self, item_id: str, version: int) -> shapes.Done:
        """Trả lại một việc đã nhận."""
        return self.told(shapes.Done, "POST", f"/work-items/{quote(item_id, safe='')}/release", version=version)

    def office_add_person(self, body: office_shapes.PersonIn) -> office_shapes.PersonKept:
        """Thêm một người."""
        return self.told(office_shapes.PersonKept, "POST", "/people", body=body)

    def office_add_unit(self, body: office_shapes.UnitIn) -> office_shapes.UnitKept:
        """Thêm một đơn vị."""
        return self.told(office_shapes.UnitKept, "POST", "/units", body=body)

    def office_amendments(self, *, after: str | None = None) -> office_shapes.Amendments:
        """Lịch sử sửa đổi, mới nhất trước."""
        return self.told(office_shapes.Amendments, "GET", "/amendments", query={"after": after})

    def office_change_person(
        self, person_id: str, body: office_shapes.PersonPatch, version: int
    ) -> office_shapes.PersonKept:
        """Sửa một người."""
        return self.told(
            office_shapes.PersonKept, "PATCH", f"/people/{quote(person_id, safe='')}", body=body, version=version
        )

    def office_change_unit(self, unit_id: str, body: office_shapes.UnitPatch, version: int) -> office_shapes.UnitKept:
        """Sửa một đơn vị; If-Match là phiên bản của tổ chức."""
        return self.told(
            office_shapes.UnitKept, "PATCH", f"/units/{quote(unit_id, safe='')}", body=body, version=version
        )

    def office_grants(self) -> office_shapes.Grants:
        """Ai giữ vai trò nào, ở đâu, từ ngày nào."""
        return self.told(office_shapes.Grants, "GET", "/role-grants")

    def office_numbers(self) -> office_shapes.Numbers:
        """Con số của kế hoạch đang áp dụng."""
        return self.told(office_shapes.Numbers, "GET", "/plan-numbers")

    def office_people(self, *, after: str | None = None, search: str | None = None) -> office_shapes.People:
        """Người của cơ quan, theo mã."""
        return self.told(office_shapes.People, "GET", "/people", query={"after": after, "search": search})

    def office_person(self, person_id: str) -> office_shapes.PersonKept:
        """Một người; ETag là phiên bản."""
        return self.told(office_shapes.PersonKept, "GET", f"/people/{quote(person_id, safe='')}")

    def office_units(self) -> office_shapes.Units:
        """Đơn vị của cơ quan; ETag là phiên bản của tổ chức."""
        return self.told(office_shapes.Units, "GET", "/units")

    def page(self, *, address: str | None = None) -> page_shapes.Page:
        """Một trang: lời và các biểu mẫu như đang có."""
        return self.told(page_shapes.Page, "GET", "/page", query={"address": address})

    def page_file(self, *, address: str | None = None) -> bytes:
        """Một tệp mà trang cho tải về."""
        return self.call("GET", "/page-file", query={"address": address})

    def process_diagram(self, process: str, drawing: str) -> bytes:
        """Một quy trình đang áp dụng: bpmn, pnml, mmd hoặc svg."""
        return self.call("GET", f"/processes/{quote(process, safe='')}/diagram/{quote(drawing, safe='')}")

    def score(self, code: str, body: shapes.ScoresIn, version: int) -> shapes.Scores:
        """Nộp hoặc sửa phiếu chấm; If-Match là phiên bản phiếu của tôi (0: chưa có)."""
        return self.told(shapes.Scores, "POST", f"/cases/{quote(code, safe='')}/scores", body=body, version=version)

    def score_evidence(self, code: str, body: shapes.EvidenceIn) -> shapes.Done:
        """Gắn tệp làm minh chứng cho một tiêu chí."""
        return self.told(shapes.Done, "POST", f"/cases/{quote(code, safe='')}/scores/evidence", body=body)

    def score_recusal(self, code: str, body: shapes.ReasonIn) -> shapes.Done:
        """Khai xung đột lợi ích khi được mời chấm."""
        return self.told(shapes.Done, "POST", f"/cases/{quote(code, safe='')}/scores/recusal", body=body)

    def scores_of(self, code: str) -> shapes.Scores:
        """Đợt chấm: phiếu của tôi, của người khác khi phiếu của tôi đã nộp."""
        return self.told(shapes.Scores, "GET", f"/cases/{quote(code, safe='')}/scores")

    def scores_waiting(self) -> shapes.WaitingForScores:
        """Hồ sơ đang chờ tôi chấm, chờ lâu nhất trước."""
        return self.told(shapes.WaitingForScores, "GET", "/scores")

    def start(self, body: shapes.StartIn, *, key: str | None = None) -> shapes.Receipt:
        """Lập hồ sơ mới, ví dụ giới thiệu nhân tố mới."""
        return self.told(shapes.Receipt, "POST", "/cases", body=body, key=key or new_key())

    def upload(self, name: str, content: bytes) -> shapes.FileOut:
        """Tải tệp lên, để một biểu mẫu nêu mã của nó."""
        return self.told(shapes.FileOut, "POST", "/files", content=form(name, content))

    def webhook_send_again(self, webhook_id: str) -> webhook_shapes.SentAgain:
        """Gửi lại các tin đã để riêng của một hệ thống."""
        return self.told(webhook_shapes.SentAgain, "POST", f"/webhooks/{quote(webhook_id, safe='')}/send-again")

    def webhook_tellings(self, webhook_id: str, *, after: str | None = None) -> webhook_shapes.Tellings:
        """Nhật ký gửi của một hệ thống, mới nhất trước."""
        return self.told(
            webhook_shapes.Tellings, "GET", f"/webhooks/{quote(webhook_id, safe='')}/tellings", query={"after": after}
        )

    def webhooks(self) -> webhook_shapes.Webhooks:
        """Các hệ thống được báo tin."""
        return self.told(webhook_shapes.Webhooks, "GET", "/webhooks")

    def work_items(
        self, *, after: str | None = None, limit: str | None = None, search: str | None = None
    ) -> shapes.WorkItems:
        """Việc cần làm của tôi, việc gấp trước."""
        return self.told(
            shapes.WorkItems, "GET", "/work-items", query={"after": after, "limit": limit, "search": search}
        )

    def accounts_create(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Mở tài khoản cho một người. Mục: login."""
        return self.told(page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan", body=fields)

    def accounts_end_sign_ins(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Kết thúc mọi phiên đăng nhập của một người."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/phien/ket-thuc",
            body=fields,
        )

    def accounts_invite(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Tạo liên kết mới để đặt mật khẩu."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/moi", body=fields
        )

    def accounts_lock(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Khóa tài khoản."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/khoa", body=fields
        )

    def accounts_mail(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Gửi thư mời đặt mật khẩu."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/moi-thu", body=fields
        )

    def accounts_reset_factors(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Gỡ mọi lớp xác thực thứ hai của một người."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/hai-lop/xoa", body=fields
        )

    def accounts_unlock(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Mở khóa tài khoản."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/tai-khoan/mo-khoa", body=fields
        )

    def ballots_check(self, box_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Mã nhận có trong hòm phiếu đã khóa hay không. Mục: code."""
        return self.told(page_shapes.Done, "POST", f"/pages/bo-phieu/{quote(box_id, safe='')}/ma-nhan", body=fields)

    def ballots_close(self, box_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Xác nhận kết thúc bỏ phiếu."""
        return self.told(page_shapes.Done, "POST", f"/pages/bo-phieu/{quote(box_id, safe='')}/khoa", body=fields)

    def ballots_export(self, box_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Mọi thứ để kiểm lại một hòm phiếu đã khóa."""
        return self.told(page_shapes.Done, "POST", f"/pages/bo-phieu/{quote(box_id, safe='')}/phieu.json", body=fields)

    def calendars_create(self, fields: Fields = NONE) -> page_shapes.Done:
        """Tạo địa chỉ lịch riêng, địa chỉ cũ hết hiệu lực."""
        return self.told(page_shapes.Done, "POST", "/pages/ca-nhan/lich-va-thu/dia-chi", body=fields)

    def calendars_pace(self, fields: Fields = NONE) -> page_shapes.Done:
        """Nhận thư ngay hay gộp mỗi sáng. Mục: pace."""
        return self.told(page_shapes.Done, "POST", "/pages/ca-nhan/lich-va-thu/thu", body=fields)

    def calendars_revoke(self, fields: Fields = NONE) -> page_shapes.Done:
        """Thu hồi địa chỉ lịch riêng."""
        return self.told(page_shapes.Done, "POST", "/pages/ca-nhan/lich-va-thu/thu-hoi", body=fields)

    def cases_export(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Xuất danh sách hồ sơ ra Excel."""
        return self.told(page_shapes.Done, "POST", "/pages/ho-so/xuat", body=fields, key=key or new_key())

    def comments_moderate(self, comment_id: str, word: str, fields: Fields = NONE) -> page_shapes.Done:
        """Cho đăng hoặc gác lại một ý kiến."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/lay-y-kien/duyet/{quote(comment_id, safe='')}/{quote(word, safe='')}",
            body=fields,
        )

    def comments_signer(self, comment_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Xem ai ký một ý kiến; việc xem được ghi lại."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/lay-y-kien/duyet/{quote(comment_id, safe='')}/nguoi-ky", body=fields
        )

    def complaints_create(
        self, code: str, fields: Fields = NONE, files: Files = (), *, key: str | None = None
    ) -> page_shapes.Done:
        """Ghi nhận đơn thư và tạm dừng hồ sơ. Mục: hold_ground, hold_document, complaint_kind, complaint_on, _name, _contact, _content, _comment, hold_document."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/khieu-nai-to-cao/moi/{quote(code, safe='')}",
            body=fields,
            content=parts(fields, files) if files else None,
            key=key or new_key(),
        )

    def complaints_from_comment(self, comment_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Chuyển một ý kiến thành đơn thư."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/khieu-nai-to-cao/y-kien/{quote(comment_id, safe='')}", body=fields
        )

    def complaints_who(self, complaint_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Xem người nộp đơn thư; việc xem được ghi lại."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/khieu-nai-to-cao/{quote(complaint_id, safe='')}/nguoi-nop", body=fields
        )

    def consents_open_board(self, fields: Fields = NONE) -> page_shapes.Done:
        """Mở bảng gương điển hình cho mọi người xem."""
        return self.told(page_shapes.Done, "POST", "/pages/bang-vinh-danh/mo", body=fields)

    def consents_show(self, subject_id: str, fields: Fields = NONE, files: Files = ()) -> page_shapes.Done:
        """Ghi nhận đồng ý công khai của một gương. Mục: given_on, paper, sentence, shows_photo, shows_story, story, photo."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/bang-vinh-danh/{quote(subject_id, safe='')}",
            body=fields,
            content=parts(fields, files) if files else None,
        )

    def consents_shut_board(self, fields: Fields = NONE) -> page_shapes.Done:
        """Đóng bảng gương điển hình."""
        return self.told(page_shapes.Done, "POST", "/pages/bang-vinh-danh/dong", body=fields)

    def consents_take_down(self, subject_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Gỡ một gương khỏi bảng. Mục: why."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/bang-vinh-danh/{quote(subject_id, safe='')}/go", body=fields
        )

    def corrections_answer(self, correction_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Trả lời một đề nghị sửa dữ liệu cá nhân. Mục: status, words."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/dinh-chinh/{quote(correction_id, safe='')}/tra-loi", body=fields
        )

    def corrections_ask(self, fields: Fields = NONE) -> page_shapes.Done:
        """Đề nghị sửa dữ liệu cá nhân của mình. Mục: field, wanted, why."""
        return self.told(page_shapes.Done, "POST", "/pages/dinh-chinh", body=fields)

    def corrections_withdraw(self, correction_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Rút đề nghị sửa dữ liệu."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/dinh-chinh/{quote(correction_id, safe='')}/rut", body=fields
        )

    def deadlines_remind(self, item_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Nhắc người đang giữ một việc."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/tong-quan/lich-han/nhac/{quote(item_id, safe='')}", body=fields
        )

    def demo_clock_move(self, fields: Fields = NONE) -> page_shapes.Done:
        """Chỉnh đồng hồ của bản dùng thử. Mục: day."""
        return self.told(page_shapes.Done, "POST", "/pages/ngay-trinh-dien", body=fields)

    def desk_confirm(self, fields: Fields = NONE) -> page_shapes.Done:
        """Xem lại tên và số thư trước khi gửi. Mục: letter."""
        return self.told(page_shapes.Done, "POST", "/pages/thu-chuyen/xem-lai", body=fields)

    def desk_edit(self, draft_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Sửa một thư nháp. Mục: address, subject, text, version."""
        return self.told(page_shapes.Done, "POST", f"/pages/thu-chuyen/{quote(draft_id, safe='')}/sua", body=fields)

    def desk_send(self, fields: Fields = NONE) -> page_shapes.Done:
        """Gửi các thư đã xem lại. Mục: letter, restored, way."""
        return self.told(page_shapes.Done, "POST", "/pages/thu-chuyen/gui", body=fields)

    def desk_withdraw(self, draft_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Rút một thư nháp. Mục: version."""
        return self.told(page_shapes.Done, "POST", f"/pages/thu-chuyen/{quote(draft_id, safe='')}/rut", body=fields)

    def documents_again(self, document_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Lập lại một văn bản."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/van-ban/{quote(document_id, safe='')}/lap-lai",
            body=fields,
            key=key or new_key(),
        )

    def documents_give_up(self, template: str, fields: Fields = NONE) -> page_shapes.Done:
        """Bỏ mẫu riêng, dùng lại mẫu chung."""
        return self.told(page_shapes.Done, "POST", f"/pages/van-ban/mau/{quote(template, safe='')}/bo", body=fields)

    def documents_start_after(self, fields: Fields = NONE) -> page_shapes.Done:
        """Đánh số tiếp theo sổ giấy. Mục: last, nam, reason, so."""
        return self.told(page_shapes.Done, "POST", "/pages/van-ban/so/mo-tiep", body=fields)

    def documents_upload(self, template: str, fields: Fields = NONE, files: Files = ()) -> page_shapes.Done:
        """Dùng một mẫu văn bản đã sửa. Mục: file."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/van-ban/mau/{quote(template, safe='')}",
            body=fields,
            content=parts(fields, files) if files else None,
        )

    def documents_void(self, entry_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Hủy một số văn bản, kèm lý do. Mục: nam, reason, so."""
        return self.told(page_shapes.Done, "POST", f"/pages/van-ban/so/{quote(entry_id, safe='')}/huy", body=fields)

    def fence_resume(self, fields: Fields = NONE) -> page_shapes.Done:
        """Quyết định gửi hay bỏ những gì chờ sau khi khôi phục. Mục: *."""
        return self.told(page_shapes.Done, "POST", "/pages/sau-phuc-hoi", body=fields)

    def foresight_order(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Đặt chạy thử một năm của kế hoạch. Mục: first, last, nominees, seed, away, forgets, pace, refuses, plan, compare, other-*."""
        return self.told(page_shapes.Done, "POST", "/pages/chay-thu", body=fields, key=key or new_key())

    def forgetting_confirm_person_id(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Xóa dữ liệu cá nhân của một người. Mục: ground, typed."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/xoa-thong-tin/nguoi/{quote(person_id, safe='')}", body=fields
        )

    def forgetting_confirm_subject_id(self, subject_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Xóa dữ liệu cá nhân của một người. Mục: ground, typed."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/xoa-thong-tin/duoc-xet/{quote(subject_id, safe='')}", body=fields
        )

    def imports_export(self, kind: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Xuất một danh sách để sửa rồi nhập lại."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/nhap-danh-sach/{quote(kind, safe='')}/xuat",
            body=fields,
            key=key or new_key(),
        )

    def imports_upload(self, fields: Fields = NONE, files: Files = ()) -> page_shapes.Done:
        """Xem thử một danh sách sẽ nhập. Mục: kind, file."""
        return self.told(
            page_shapes.Done,
            "POST",
            "/pages/nhap-danh-sach",
            body=fields,
            content=parts(fields, files) if files else None,
        )

    def imports_write(self, kind: str, fields: Fields = NONE) -> page_shapes.Done:
        """Ghi danh sách đã xem thử. Mục: file_id, name."""
        return self.told(page_shapes.Done, "POST", f"/pages/nhap-danh-sach/{quote(kind, safe='')}/ghi", body=fields)

    def incidents_repair(self, incident_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Xác nhận một sự cố đã xử lý."""
        return self.told(page_shapes.Done, "POST", f"/pages/su-co/{quote(incident_id, safe='')}/da-xu-ly", body=fields)

    def incidents_retry(self, incident_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Thử lại một việc bị sự cố."""
        return self.told(page_shapes.Done, "POST", f"/pages/su-co/{quote(incident_id, safe='')}/thu-lai", body=fields)

    def invitations_look(self, fields: Fields = NONE) -> page_shapes.Done:
        """Xem trước những người sẽ được mời. Mục: all, person."""
        return self.told(page_shapes.Done, "POST", "/pages/thiet-lap/moi-nguoi-dung/xem", body=fields)

    def invitations_send(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Mời nhiều người dùng. Mục: person, seen-*."""
        return self.told(page_shapes.Done, "POST", "/pages/thiet-lap/moi-nguoi-dung", body=fields, key=key or new_key())

    def numbers_change(self, number: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Đổi một con số của kế hoạch từ một ngày. Mục: number, starts_on, ground, seen-number."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/thiet-lap/con-so/{quote(number, safe='')}",
            body=fields,
            key=key or new_key(),
        )

    def office_change_head(self, fields: Fields = NONE) -> page_shapes.Done:
        """Đổi phần đầu văn bản của cơ quan. Mục: parent_name, short_name, place, ground, seen-*."""
        return self.told(page_shapes.Done, "POST", "/pages/thiet-lap/van-ban", body=fields)

    def open_data_conform(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Đối chiếu lịch sử hồ sơ với quy trình. Mục: process."""
        return self.told(page_shapes.Done, "POST", "/pages/du-lieu-mo/doi-chieu", body=fields, key=key or new_key())

    def open_data_log(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Xuất nhật ký sự kiện. Mục: first, format, last, names, process."""
        return self.told(page_shapes.Done, "POST", "/pages/du-lieu-mo/nhat-ky", body=fields, key=key or new_key())

    def people_edit_add(self, fields: Fields = NONE) -> page_shapes.Done:
        """Thêm một người. Mục: code, name, email, unit, post, gender, born_on."""
        return self.told(page_shapes.Done, "POST", "/pages/danh-ba/them", body=fields)

    def people_edit_change(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Sửa thông tin một người. Mục: name, post, gender, born_on, email, ground, seen-*."""
        return self.told(page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/sua", body=fields)

    def people_edit_leave(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Ghi ngày làm việc cuối cùng của một người. Mục: ends_on, ground, seen-ends_on."""
        return self.told(page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/nghi", body=fields)

    def people_end_absence(self, person_id: str, absence_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Kết thúc một lần vắng mặt."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/danh-ba/{quote(person_id, safe='')}/vang-mat/{quote(absence_id, safe='')}/ket-thuc",
            body=fields,
        )

    def people_own_data(self, person_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Bản dữ liệu cá nhân của một người."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/danh-ba/{quote(person_id, safe='')}/du-lieu",
            body=fields,
            key=key or new_key(),
        )

    def people_set_absence(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Báo vắng mặt và người xử lý thay. Mục: deputy, first, last, reason."""
        return self.told(page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/vang-mat", body=fields)

    def person_move_confirm(self, person_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Điều chuyển một người sang đơn vị khác. Mục: unit, day, number, reason, kept."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/danh-ba/{quote(person_id, safe='')}/chuyen-don-vi",
            body=fields,
            key=key or new_key(),
        )

    def plan_changes_agree(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Duyệt một thay đổi quy định. Mục: revision."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/duyet", body=fields
        )

    def plan_changes_bring(self, fields: Fields = NONE, files: Files = ()) -> page_shapes.Done:
        """Đưa một bộ quy định mới lên để kiểm tra. Mục: files, folder."""
        return self.told(
            page_shapes.Done,
            "POST",
            "/pages/doi-quy-dinh",
            body=fields,
            content=parts(fields, files) if files else None,
        )

    def plan_changes_give_up(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Bỏ một thay đổi quy định. Mục: revision."""
        return self.told(page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/bo", body=fields)

    def plan_changes_go_on(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Chuyển tiếp các hồ sơ còn lại. Mục: revision."""
        return self.told(page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/tiep", body=fields)

    def plan_changes_move(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Chuyển các hồ sơ đang chạy như đã thử. Mục: revision."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/chuyen", body=fields
        )

    def plan_changes_propose(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Trình một thay đổi quy định. Mục: moves, reason, revision, starts_on."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/ap-dung", body=fields
        )

    def plan_changes_take_back(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Rút thay đổi quy định về để sửa. Mục: revision."""
        return self.told(page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/rut", body=fields)

    def plan_changes_try_out(self, change_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Thử thay đổi trên mọi hồ sơ đang chạy. Mục: back, revision, state.*.*."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/doi-quy-dinh/{quote(change_id, safe='')}/ho-so", body=fields
        )

    def profile_prefer(self, fields: Fields = NONE) -> page_shapes.Done:
        """Chọn giao diện sáng, tối và phím tắt. Mục: theme, shortcuts."""
        return self.told(page_shapes.Done, "POST", "/pages/ca-nhan/tuy-chon", body=fields)

    def profile_revoke_token(self, token_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Thu hồi một mã truy cập của mình."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/ca-nhan/ma-truy-cap/{quote(token_id, safe='')}/thu-hoi", body=fields
        )

    def push_drop(self, device_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Thôi báo tới một thiết bị."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/ca-nhan/thiet-bi/{quote(device_id, safe='')}/tat", body=fields
        )

    def push_try_out(self, device_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Báo thử tới một thiết bị."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/ca-nhan/thiet-bi/{quote(device_id, safe='')}/thu",
            body=fields,
            key=key or new_key(),
        )

    def quotas_split(self, name: str, fields: Fields = NONE) -> page_shapes.Done:
        """Chia chỉ tiêu cho các đơn vị. Mục: places-*, reason, version."""
        return self.told(page_shapes.Done, "POST", f"/pages/chi-tieu/{quote(name, safe='')}/phan-bo", body=fields)

    def records_add(
        self, code: str, fields: Fields = NONE, files: Files = (), *, key: str | None = None
    ) -> page_shapes.Done:
        """Thêm một thành tích. Mục: *, proof."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/ho-so/{quote(code, safe='')}/thanh-tich",
            body=fields,
            content=parts(fields, files) if files else None,
            key=key or new_key(),
        )

    def records_withdraw(self, code: str, fields: Fields = NONE) -> page_shapes.Done:
        """Rút một thành tích ghi nhầm. Mục: record, why."""
        return self.told(page_shapes.Done, "POST", f"/pages/ho-so/{quote(code, safe='')}/thanh-tich/rut", body=fields)

    def retention_carry_out(self, fields: Fields = NONE) -> page_shapes.Done:
        """Xóa những dữ liệu đã hết thời hạn lưu. Mục: number, proposal."""
        return self.told(page_shapes.Done, "POST", "/pages/thoi-han-luu/xoa", body=fields)

    def retention_keep(self, proposal_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Giữ thêm dữ liệu đến một ngày. Mục: until, why."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/thoi-han-luu/giu/{quote(proposal_id, safe='')}", body=fields
        )

    def retention_set_rule(self, name: str, fields: Fields = NONE) -> page_shapes.Done:
        """Đặt thời hạn lưu một loại dữ liệu. Mục: source, years."""
        return self.told(page_shapes.Done, "POST", f"/pages/thoi-han-luu/quy-tac/{quote(name, safe='')}", body=fields)

    def roles_grant(self, person_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Giao một vai trò cho một người. Mục: first, ground, last, look, role, unit."""
        return self.told(page_shapes.Done, "POST", f"/pages/danh-ba/{quote(person_id, safe='')}/vai-tro", body=fields)

    def roles_revoke(self, person_id: str, grant_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Thôi giao một vai trò. Mục: ground, last."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/danh-ba/{quote(person_id, safe='')}/vai-tro/{quote(grant_id, safe='')}/ket-thuc",
            body=fields,
        )

    def runs_again(self, run_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Chạy lại một việc dài."""
        return self.told(page_shapes.Done, "POST", f"/pages/chay-nen/{quote(run_id, safe='')}/lai", body=fields)

    def runs_stop(self, run_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Dừng một việc dài."""
        return self.told(page_shapes.Done, "POST", f"/pages/chay-nen/{quote(run_id, safe='')}/dung", body=fields)

    def sign_in_rules_change(self, fields: Fields = NONE) -> page_shapes.Done:
        """Đặt quy tắc đăng nhập của cơ quan. Mục: fresh_minutes, groups, starts_on."""
        return self.told(page_shapes.Done, "POST", "/pages/quy-dinh-dang-nhap", body=fields)

    def tray_bring_back(self, item_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Đưa một việc đã hoãn trở lại. Mục: _item_version."""
        return self.told(page_shapes.Done, "POST", f"/pages/viec/{quote(item_id, safe='')}/thoi-hoan", body=fields)

    def tray_decide(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Quyết nhiều việc cùng lúc. Mục: one, cach, reason, _list."""
        return self.told(page_shapes.Done, "POST", "/pages/viec/cung-quyet", body=fields, key=key or new_key())

    def tray_drop_filter(self, filter_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Bỏ một bộ lọc đã lưu."""
        return self.told(page_shapes.Done, "POST", f"/pages/viec/bo-loc/{quote(filter_id, safe='')}/bo", body=fields)

    def tray_keep_filter(self, fields: Fields = NONE) -> page_shapes.Done:
        """Lưu bộ lọc của danh sách việc. Mục: _list, name."""
        return self.told(page_shapes.Done, "POST", "/pages/viec/bo-loc", body=fields)

    def tray_write_sentences(self, fields: Fields = NONE) -> page_shapes.Done:
        """Sửa các câu mẫu. Mục: extend, refuse, return."""
        return self.told(page_shapes.Done, "POST", "/pages/cau-mau", body=fields)

    def twins_confirm(self, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Nhập hai hồ sơ của cùng một người hoặc tập thể. Mục: gone, into, noun, reason."""
        return self.told(page_shapes.Done, "POST", "/pages/nguoi-trung/nhap-mot", body=fields, key=key or new_key())

    def twins_confirm_parting(self, twin_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Tách lại hai hồ sơ đã nhập. Mục: reason."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/nguoi-trung/nhap-mot/{quote(twin_id, safe='')}/tach-lai",
            body=fields,
            key=key or new_key(),
        )

    def unit_merge_confirm(self, unit_id: str, fields: Fields = NONE, *, key: str | None = None) -> page_shapes.Done:
        """Hợp nhất một đơn vị vào đơn vị khác. Mục: into, day, number, kept."""
        return self.told(
            page_shapes.Done,
            "POST",
            f"/pages/don-vi/{quote(unit_id, safe='')}/hop-nhat",
            body=fields,
            key=key or new_key(),
        )

    def units_add(self, fields: Fields = NONE) -> page_shapes.Done:
        """Thêm một đơn vị. Mục: code, name, type, position."""
        return self.told(page_shapes.Done, "POST", "/pages/don-vi", body=fields)

    def units_change(self, unit_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Sửa một đơn vị. Mục: name, type, position, seen-*."""
        return self.told(page_shapes.Done, "POST", f"/pages/don-vi/{quote(unit_id, safe='')}", body=fields)

    def units_end(self, unit_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Ghi ngày kết thúc một đơn vị. Mục: ends_on, ground, seen-ends_on."""
        return self.told(page_shapes.Done, "POST", f"/pages/don-vi/{quote(unit_id, safe='')}/ket-thuc", body=fields)

    def webhooks_add(self, fields: Fields = NONE) -> page_shapes.Done:
        """Thêm một hệ thống được báo tin. Mục: address, kinds, name."""
        return self.told(page_shapes.Done, "POST", "/pages/he-thong-nhan", body=fields)

    def webhooks_change(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Sửa một hệ thống được báo tin. Mục: address, kinds, name."""
        return self.told(page_shapes.Done, "POST", f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}", body=fields)

    def webhooks_end(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Thôi báo tin cho một hệ thống."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/ket-thuc", body=fields
        )

    def webhooks_pause(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Tạm dừng báo tin."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/tam-dung", body=fields
        )

    def webhooks_renew(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Đổi khóa ký của một hệ thống."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/doi-khoa", body=fields
        )

    def webhooks_resume(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Báo tin tiếp."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/tiep-tuc", body=fields
        )

    def webhooks_try_out(self, webhook_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Gửi thử một tin."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/he-thong-nhan/{quote(webhook_id, safe='')}/gui-thu", body=fields
        )

    def work_calendar_add_off(self, fields: Fields = NONE) -> page_shapes.Done:
        """Thêm ngày nghỉ vào lịch làm việc. Mục: edit, first, label, last, nam, revision, source."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/ngay-nghi", body=fields)

    def work_calendar_add_swap(self, fields: Fields = NONE) -> page_shapes.Done:
        """Thêm ngày làm bù. Mục: edit, nam, off, revision, swap_label, swap_source, worked."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/lam-bu", body=fields)

    def work_calendar_adopt(self, fields: Fields = NONE) -> page_shapes.Done:
        """Theo lịch của bản phát hành. Mục: revision."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/theo-ban-phat-hanh", body=fields)

    def work_calendar_agree(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Duyệt lịch làm việc đã trình. Mục: revision."""
        return self.told(page_shapes.Done, "POST", f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/duyet", body=fields)

    def work_calendar_drop(self, fields: Fields = NONE) -> page_shapes.Done:
        """Bỏ bản nháp lịch. Mục: edit, revision."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/bo-nhap", body=fields)

    def work_calendar_go_on(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Tính tiếp các hạn còn lại. Mục: revision."""
        return self.told(page_shapes.Done, "POST", f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/tiep", body=fields)

    def work_calendar_plan_again(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Tính lại những gì lịch mới sẽ dời. Mục: revision."""
        return self.told(
            page_shapes.Done, "POST", f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/tinh-lai", body=fields
        )

    def work_calendar_propose(self, fields: Fields = NONE) -> page_shapes.Done:
        """Trình bản nháp lịch. Mục: edit, nam, reason, revision."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/trinh", body=fields)

    def work_calendar_remove(self, fields: Fields = NONE) -> page_shapes.Done:
        """Bỏ một dòng của lịch. Mục: line, nam, revision."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/bo-dong", body=fields)

    def work_calendar_set_year(self, fields: Fields = NONE) -> page_shapes.Done:
        """Ngày nghỉ của một năm đã được quyết định hay chỉ dự kiến. Mục: official, revision, year."""
        return self.told(page_shapes.Done, "POST", "/pages/lich-lam-viec/nam", body=fields)

    def work_calendar_take_back(self, edit_id: str, fields: Fields = NONE) -> page_shapes.Done:
        """Rút lịch đã trình về bản nháp. Mục: revision."""
        return self.told(page_shapes.Done, "POST", f"/pages/lich-lam-viec/{quote(edit_id, safe='')}/rut", body=fields)
