"""Every paper through LibreOffice, with a short list and with 147 rows of long names: opens, prints, is numbered.

Not in the suite: it needs LibreOffice and poppler. Pictures to look at are left in var/papers.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from states.documents.base_templates import MADE, base_template
from states.documents.filling import fill
from states.documents.samples import sample
from states.documents.sheet import write

NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Phủ Ngọc Tường Vi Khánh Ân"
NEEDED = ("soffice", "pdftoppm", "pdftotext")


def many() -> dict[str, Any]:
    """The samples with 147 rows and a name of 60 letters."""
    values = sample()
    row, vote = values["danh_sach"][0], values["ket_qua"][0]
    values["danh_sach"] = [{**row, "stt": number, "ten": NAME} for number in range(1, 148)]
    values["ket_qua"] = [{**vote, "stt": number, "ten": NAME} for number in range(1, 148)]
    values["nguoi"] = {**values["nguoi"], "ten": NAME}
    return values


def write_all(folder: Path) -> list[Path]:
    """Every paper twice, and the list as a sheet."""
    made = []
    for length, values in (("ngan", sample()), ("dai", many())):
        for name in MADE:
            made.append(folder / f"{name}-{length}.docx")
            made[-1].write_bytes(fill(base_template(name), values))
        made.append(folder / f"danh_sach-{length}.xlsx")
        made[-1].write_bytes(write("Danh sách trích ngang", values["danh_sach"]))
    return made


def convert(folder: Path, files: list[Path]) -> None:
    """All in one call: starting LibreOffice is what takes the time."""
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(folder), *map(str, files)], check=True, stdout=subprocess.DEVNULL, timeout=600)


def wrong_with(paper: Path) -> list[str]:
    """What is not as it must be in the printed pages."""
    pdf = paper.with_suffix(".pdf")
    if not pdf.is_file():
        return ["no PDF"]
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pages = text.rstrip("\f").split("\f")
    found = [f"a tag is left on page {n}" for n, page in enumerate(pages, 1) if "{{" in page or "{%" in page]
    if paper.suffix == ".docx":
        first = [page.split("\n", 1)[0].strip() for page in pages]
        found += [f"page {n} begins with {said!r}" for n, said in enumerate(first, 1) if n > 1 and said != str(n)]
        found += ["page 1 bears a number"] if first[0] == "1" else []
    if paper.stem == "danh_sach-dai" and text.count("Công Tằng") < 147:
        found.append("rows are missing")
    return found


def main() -> int:
    """Make, convert, look; the pictures stay."""
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing:
        print(
            f"needs {', '.join(missing)}: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils"
        )
        return 2
    folder = Path("var") / "papers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    papers = write_all(folder.resolve())
    convert(folder.resolve(), papers)
    for paper in papers:
        wrong = wrong_with(paper)
        print(f"{paper.name:32} {'; '.join(wrong) or 'ok'}")
        if "ngan" in paper.stem and not wrong:
            subprocess.run(
                ["pdftoppm", "-r", "60", "-png", paper.with_suffix(".pdf"), paper.with_suffix("")], check=True
            )
    return 1 if any(wrong_with(paper) for paper in papers) else 0


if __name__ == "__main__":
    sys.exit(main())
