"""The administrator's day in her browser: the four questions, a correction, approval, a run that failed."""

import json
from collections.abc import Callable

import httpx
import openpyxl
from playwright.sync_api import Page, expect

from schemas.kjoring import KJOR
from tasks.hjul.lenker import UTRULLINGER, Lenker
from tests.karanteneprove import ARK
from tests.nettleser.conftest import AAR, VENT, Fylke, violations, wait_for

SPORSMAL = ("Forfaller", "Venter på deg", "Noe er galt", "Neste")
LASTING, BREV = "12-innlasting-ikkesokere", "14-brev-ikkesokere"
HOYDE = 800


def submit(side: Page, fylke: Fylke) -> str:
    """Send the form in, and return the id of the run that it made."""
    for_ = {kjoring["id"] for kjoring in fylke.runs()}
    side.get_by_role("button", name="Submit").click()
    return str(wait_for(lambda: next((k["id"] for k in fylke.runs() if k["id"] not in for_), None), "en kjøring"))


def finished(fylke: Fylke, flyt_id: str) -> str:
    """Wait for a run and return how it ended."""
    return str(
        wait_for(
            lambda: next(
                (t for t in [fylke.api(f"/flow_runs/{flyt_id}")["state"]["type"]] if t in {"COMPLETED", "FAILED"}), None
            ),
            "en ferdig kjøring",
        )
    )


def open_artifact(side: Page, fylke: Fylke, flyt_id: str, navn: str) -> None:
    """Go from a run's page in Prefect to what it shows."""
    side.goto(f"{fylke.prefect}/runs/flow-run/{flyt_id}")
    side.get_by_text("Artifacts", exact=True).first.click()
    side.get_by_text(navn).first.click()


def test_the_pages_and_prefect_ask_who_it_is(fylke: Fylke) -> None:
    for adresse in (fylke.sider, fylke.prefect, f"{fylke.prefect}/api/flows/count"):
        assert httpx.get(adresse, timeout=30).status_code == 401


def test_the_first_screen_answers_the_four_questions(side: Page, fylke: Fylke, knips: Callable[[str], None]) -> None:
    side.goto(fylke.sider)
    knips("1-forside")
    for sporsmal in SPORSMAL:
        boks = side.get_by_role("heading", name=sporsmal).bounding_box()
        assert boks
        assert boks["y"] + boks["height"] < HOYDE
    expect(side.get_by_text("1 rad er satt til side").first).to_be_visible()
    expect(side.get_by_text("utsendinger) venter").first).to_be_visible()
    assert violations(side) == []


def test_the_wheel_is_a_picture_that_can_be_heard_and_leads_to_every_run(
    side: Page, fylke: Fylke, knips: Callable[[str], None]
) -> None:
    side.goto(fylke.sider)
    hjul = side.locator("svg[role='graphics-document document']").first
    hjul.scroll_into_view_if_needed()
    assert hjul.locator("g[role='img']").count() == 30
    knips("2-hjulet")
    side.locator(f"a[href='kjoring/{AAR}-12-1/index.html']").first.click()
    expect(side.get_by_text("Satt til side").first).to_be_visible()
    knips("3-kjoring")
    assert violations(side) == []
    side.goto(f"{fylke.sider}alle/")
    assert violations(side) == []


def test_a_correction_is_shown_first_and_then_run_without_the_command_line(
    side: Page, fylke: Fylke, knips: Callable[[str], None]
) -> None:
    """Correct the workbook → drop it in the inbox → see what would happen → «Kjør nå» → it has."""
    (bok,) = (fylke.hjem.mappe / "karantene").glob("*.xlsx")
    arbeidsbok = openpyxl.load_workbook(bok)
    ark = arbeidsbok[ARK]
    kolonne = next(celle.column for celle in ark[1] if celle.value == "Postnummer")
    ark.cell(2, kolonne).value = "3116"
    arbeidsbok.save(fylke.hjem.innboks / bok.name)

    side.goto(fylke.sider)
    side.get_by_role("link", name="Kjør 12 på nytt").first.click()
    expect(side.get_by_role("button", name="Submit")).to_be_visible(timeout=VENT * 1000)
    expect(side.get_by_text("Vis først hva som ville skjedd").first).to_be_visible()
    expect(side.get_by_text("Jeg mener et annet år enn i år").first).to_be_visible()
    knips("4-skjema")
    vist = submit(side, fylke)
    assert finished(fylke, vist) == "COMPLETED"
    open_artifact(side, fylke, vist, f"rad-{LASTING}")
    expect(side.get_by_text("Prøve som ikke endret noe").first).to_be_visible()
    knips("5-vist-forst")
    assert fylke.ask("SELECT count(*) FROM kjoring WHERE rad = ?", LASTING) == [(1,)]

    with side.context.expect_page() as vindu:
        side.get_by_role("link", name="Kjør nå, slik det er vist her").first.click()
    kjort = submit(vindu.value, fylke)
    assert finished(fylke, kjort) == "COMPLETED"
    assert fylke.ask("SELECT generasjon, lastet FROM kjoring WHERE rad = ? ORDER BY 1", LASTING)[-1] == (2, 1)
    assert fylke.ask("SELECT DISTINCT tilstand FROM karantene") == [("rettet",)]
    assert fylke.api(f"/flow_runs/{kjort}")["name"] == f"{AAR} · {LASTING} · generasjon 2"
    side.goto(fylke.sider)
    expect(side.get_by_text("rad er satt til side")).to_have_count(0)


def test_a_proposal_is_approved_from_the_first_page(side: Page, fylke: Fylke, knips: Callable[[str], None]) -> None:
    ((forslag_id,),) = fylke.ask("SELECT forslag_id FROM forslag WHERE rad = ?", BREV)
    side.goto(f"{fylke.sider}forslag/{forslag_id}/")
    knips("6-forslag")
    assert violations(side) == []
    side.goto(fylke.sider)
    side.get_by_role("link", name=f"Godkjenn eller avvis {forslag_id}").first.click()
    side.get_by_text("Navnet ditt").first.wait_for(timeout=VENT * 1000)
    knips("7-godkjenning")
    navn = side.locator("textarea").nth(1)
    assert navn.input_value() == ""
    navn.fill("Kari")
    knips("7-godkjenning")
    assert finished(fylke, submit(side, fylke)) == "COMPLETED"
    assert fylke.ask("SELECT tilstand, av FROM forslag_naa WHERE forslag_id = ?", forslag_id) == [("godkjent", "Kari")]
    side.goto(fylke.sider)
    expect(side.get_by_text("er godkjent").first).to_be_visible()


def test_a_failed_run_says_what_was_wrong_and_what_to_do(
    side: Page, fylke: Fylke, knips: Callable[[str], None]
) -> None:
    """In Prefect beside the run, and on the first page under «Noe er galt»; no traceback, nobody named."""
    fil = fylke.hjem.innboks / "vigo_ikkesokere_feil.csv"
    fil.write_text("Fodselsnummer;Fornavn\nx;Hemmelig Navnesen\n", "utf-8")
    utrullinger = json.loads((fylke.hjem.mappe / UTRULLINGER).read_bytes())
    side.goto(str(Lenker(fylke.prefect, utrullinger).row_form(LASTING, AAR, AAR + 1, KJOR)))
    flyt_id = submit(side, fylke)
    assert finished(fylke, flyt_id) == "FAILED"
    open_artifact(side, fylke, flyt_id, "stoppet")
    expect(side.get_by_text("Stoppet: ÅH-2013").first).to_be_visible()
    expect(side.get_by_text("Hva du gjør").first).to_be_visible()
    knips("8-stoppet-i-prefect")
    fil.unlink()
    side.goto(fylke.sider)
    galt = side.get_by_role("region", name="Noe er galt")
    expect(galt.get_by_text("Overskriftene i").first).to_be_visible()
    knips("9-noe-er-galt")
    assert violations(side) == []
    side.goto(f"{fylke.sider}stopp/{LASTING}-{AAR}/")
    expect(side.get_by_text("ÅH-2013").first).to_be_visible()
    assert "Navnesen" not in side.content()
    knips("10-hva-gjor-jeg")
    assert violations(side) == []


def test_on_a_telephone_nothing_is_wider_than_the_screen(
    side: Page, fylke: Fylke, knips: Callable[[str], None]
) -> None:
    side.set_viewport_size({"width": 390, "height": 844})
    side.goto(fylke.sider)
    assert side.evaluate("document.documentElement.scrollWidth") <= 390
    knips("11-telefon")
    assert violations(side) == []
