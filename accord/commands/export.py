"""Export contacts, companies or deals as CSV."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.utils import timezone

from accord.people import exports
from accord.people.consents import restrictions
from accord.people.fields import filters
from accord.people.models import Company, Contact
from accord.platform.trail import audit
from accord.sales.models import Deal

HELP = "Export contacts, companies or deals as CSV, as `accord import` reads it."
NEEDS_DATABASE = True
MODELS: dict[str, Any] = {"contacts": Contact, "companies": Company, "deals": Deal}
BESIDE = {"deal": ("pipeline", "stage", "reason")}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("list", choices=MODELS)
    parser.add_argument("--to", required=True, metavar="FILE", help="the file to write; - prints")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="FIELD:OP:VALUE",
        help="as lists filter, such as stage:any:lead,mql or city:empty; repeatable",
    )


def run(options: argparse.Namespace) -> int:
    model = MODELS[options.list]
    noun = str(model._meta.model_name)
    asked = filters.parse(noun, options.filter, timezone.now())
    rows = model.objects.alive().filter(filters.condition(asked)).order_by("pk")
    rows = rows.select_related("owner__team", *BESIDE.get(noun, ()))
    left = 0
    if model is Contact:
        rows, left = restrictions.apart(rows)
    count = rows.count()
    audit.record("list.exported", by=None, list=options.list, rows=count, left_out=left)
    if left:
        sys.stderr.write(f"{restrictions.said(left)}\n")
    pieces = exports.written(exports.columns(noun), rows.iterator(chunk_size=exports.CHUNK))
    if options.to == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        return 0
    with Path(options.to).open("wb") as file:
        file.writelines(pieces)
    sys.stdout.write(f"{count:,} {options.list} written to {options.to}\n")
    return 0
