"""Great Expectations' Data Docs in Norwegian: its own renderers and templates, our words, nothing from other machines.

The page says which rules held and how many broke each. Great Expectations' words are translated by
``data/datadocs.csv``; the rules speak for themselves. Its page, with scripts and styles from other machines, is
replaced by one of our own (``data/maler/datadocs/``); the parts inside are its own.
"""

import csv
import re
from datetime import datetime
from functools import cache
from typing import Any, Final

from schemas.ajourhold import Ajourholdsramme, Funn
from tasks.ajourholdsdom import Dom
from tasks.filer import DATA

OBSERVERT: Final = "Observed Value"
EGNE_KOLONNER: Final = ("Antall", "Alvorlighet", "Eier", "Grunnlag", "Kode")
"""What stands beside each rule instead of the value observed, which nobody is shown."""
IKKE_SYNLIG: Final = frozenset(
    {
        "styling", "content_block_type", "tag", "renderer_type", "utm_medium", "header_row_options", "table_options",
        "batch_kwargs", "batch_spec", "html_success_icon", "column", "value_set", "batch_id",
    }
)  # fmt: skip
"""What the document says to the templates, and not to people."""
MERKER: Final = {"✅": "holder", "❌": "brutt"}
PROSENT: Final = re.compile(r"(\d+)(?:\.(\d+))?%")


@cache
def words() -> dict[str, str]:
    """Return what Great Expectations says → what we say."""
    with (DATA / "datadocs.csv").open(encoding="utf-8", newline="") as fil:
        ord_ = {rad["engelsk"]: rad["norsk"] for rad in csv.DictReader(fil, delimiter=";")}
    kolonner = Ajourholdsramme.to_schema().columns
    return ord_ | {navn: str(kolonne.title) for navn, kolonne in kolonner.items()}


def page(dom: Dom, kjoring_id: str, tid: datetime, om: str) -> bytes:
    """Return the page: ``om`` is the line that says which county, day and knowledge it is about; ``tid`` is UTC."""
    from great_expectations.render.view.view import DefaultJinjaPageView  # noqa: PLC0415 slow
    from jinja2 import ChoiceLoader, FileSystemLoader  # noqa: PLC0415

    visning = DefaultJinjaPageView()
    deres = [visning.env.loader] if visning.env.loader else []
    visning.env.loader = ChoiceLoader([FileSystemLoader(DATA / "maler" / "datadocs"), *deres])
    dokument = translated(document(dom, kjoring_id, tid)) | {
        "page_title": f"Kontroll av registeret, kjøring {kjoring_id}"
    }
    html: str = visning.env.get_template("page.j2").render(dokument, om=om)
    return html.encode()


def document(dom: Dom, kjoring_id: str, tid: datetime) -> dict[str, Any]:
    """Return what Great Expectations would show, in its own words, with the county's beside each rule."""
    from great_expectations import __version__ as versjon  # noqa: PLC0415 slow
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer  # noqa: PLC0415

    dom.resultat.meta = {
        "run_id": {"run_name": kjoring_id, "run_time": f"{tid.isoformat(timespec='seconds')}Z"},
        "great_expectations_version": str(versjon),
        "batch_spec": {"data_asset_name": "Ungdommene som er tilmeldt"},
    }
    dokument: dict[str, Any] = ValidationResultsPageRenderer().render(dom.resultat).to_json_dict()
    funn = {enkelt.regel.tekst: enkelt for enkelt in dom.funn}
    for del_ in (del_ for seksjon in dokument["sections"] for del_ in seksjon["content_blocks"]):
        if OBSERVERT in del_.get("header_row", ()):
            del_["header_row"] = [*del_["header_row"][:-1], *EGNE_KOLONNER]
            del_["table"] = [
                [*rad[:-1], *_beside(funn[rad[1]["string_template"]["template"]])] for rad in del_["table"]
            ]
    return dokument


def _beside(funn: Funn) -> list[str]:
    """Return what ``EGNE_KOLONNER`` say of a rule."""
    regel = funn.regel
    grunnlag = ". ".join(filter(None, (regel.hjemmel, regel.vedtak)))
    return [str(funn.antall), str(regel.alvorlighet), regel.eier, grunnlag, regel.kode]


def translated(del_: Any) -> Any:  # noqa: ANN401 a part of a JSON document
    """Return the document with every word that people see in Norwegian; what has no translation stays as it is."""
    if isinstance(del_, dict):
        return _marked({navn: verdi if navn in IKKE_SYNLIG else translated(verdi) for navn, verdi in del_.items()})
    if isinstance(del_, list):
        return [translated(enkelt) for enkelt in del_]
    return _word(del_) if isinstance(del_, str) else del_


def _word(tekst: str) -> str:
    if prosent := PROSENT.fullmatch(tekst):
        return ",".join(filter(None, prosent.groups())) + " %"
    return words().get(tekst, tekst)


def _marked(del_: dict[str, Any]) -> dict[str, Any]:
    """Say the mark in words too, and lead nowhere: Great Expectations has pages of the suite that we do not make."""
    ord_ = del_.get("params")
    if isinstance(ord_, dict) and "markdown_status_icon" in ord_:
        ord_["icon"] = MERKER.get(ord_["markdown_status_icon"], ord_["icon"])
    if isinstance(ord_, dict) and "expectation_suite_name" in ord_:
        stil = del_["styling"]
        lenker = {navn: verdi for navn, verdi in stil["params"].items() if navn != "expectation_suite_name"}
        return del_ | {"styling": stil | {"params": lenker}}
    return del_
