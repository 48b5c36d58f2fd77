"""The error file of an import: the rows that were refused, as they stood, and why."""

from __future__ import annotations

import csv
from pathlib import Path

from accord.platform.models import Import, ImportRow
from accord.platform.transfer import files, mapping
from accord.platform.transfer.reading import defusing

REASON = "Why it was refused"


def error_file(job: Import) -> Path | None:
    """Write the refused rows with a reason each; None where there are none.

    Made anew each time, from the file that was brought in. Mended, it can be imported itself.
    """
    rows = job.result_rows.filter(action=ImportRow.Action.ERROR)
    reasons = dict(rows.values_list("number", "reason"))
    if not reasons or not job.stored_as:
        return None
    sheet = files.sheet(job, mapping.from_json(job.mapping))
    path = files.folder(job) / "errors.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*map(defusing.defuse, sheet.headers), REASON])
        for row in sheet:
            if row.number in reasons:
                cells = [*row.cells, *[""] * (len(sheet.headers) - len(row.cells))]
                writer.writerow([*map(defusing.defuse, cells), reasons[row.number]])
    return path
