"""The people of the demo who act again and again; their names stand in the plan's organisation.yaml."""

from __future__ import annotations

DIRECTOR = "Nguyễn Quốc Trung"
OFFICE = "Vũ Thị Ngọc Ánh"  # also secretary of the council
OFFICE_TOO = "Hoàng Minh Tuấn"  # prepares what the other has not
OFFICE_HEAD = "Lê Thị Thu Hà"
CLERK = "Ngô Thị Bích Liên"
HEADS = {
    "VP": OFFICE_HEAD,
    "TTRA": "Cao Xuân Trường",
    "TTBCXB": "Nguyễn Thị Kim Oanh",
    "BCVT": "Trần Đình Phong",
    "CNTT": "Vũ Hoàng Long",
    "KHTC": "Đoàn Thị Mỹ Dung",
    "TTCNTT": "Phạm Văn Hưng",
}
DEPUTIES = {
    "VP": "Phạm Đức Thắng",
    "TTRA": "Lương Thị Hoài",
    "TTBCXB": "Mai Văn Hậu",
    "BCVT": "Nguyễn Thị Hạnh",
    "CNTT": "Nguyễn Thị Phương Thảo",
    "KHTC": "Nguyễn Bá Thành",
    "TTCNTT": "Nguyễn Thị Ái Vân",
}
