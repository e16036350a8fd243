"""Every operation of `/api/v1`, a method each. Written by `web.api.client_source`: change nothing here."""

# ruff: noqa: E501 - summaries are the interface's own

from __future__ import annotations

from urllib.parse import quote

from web.api import office_shapes, page_shapes, shapes, webhook_shapes
from web.client.office_forms import OfficeForms
from web.client.transport import form, new_key


class Client(OfficeForms):
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
        """Xin gia hạn một việc của tôi, hoặc trả lời một đề nghị gia hạn; If-Match là phiên bản của việc."""
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
