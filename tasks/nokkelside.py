"""The key figures as a page: charts, and tables that say the same."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

import pandas as pd

from schemas.kjoring import Side, Tabell
from schemas.nokkeltall import ALLE
from tasks import diagram, klokke, nokkeltall, sider
from tasks.hjem import Hjem
from tasks.kjoring import Kjoring
from tasks.nokkeltall import IKKE_LENGER, NY, UTEN_KONTAKT, UTEN_STATUS
from tasks.sider import Del
from tasks.undertrykking import SKJULT

TITTEL: Final = "Nøkkeltall"
INGEN: Final = "–"
NAVN: Final = {
    "ukjent": "Ukjent aktivitet",
    "oppfolging": "Under oppfølging",
    "aktivitet": "I aktivitet",
    "avklart": "Avklart",
    "ikke_i_maalgruppen": "Ikke i målgruppen",
    UTEN_STATUS: "Uten gyldig status",
    NY: "Ny siden da",
    IKKE_LENGER: "Ikke lenger tilmeldt",
    UTEN_KONTAKT: "Uten kontakt",
    ALLE: "Alle",
}
HELE_FYLKET: Final = "Hele fylket"
INTERN: Final = (
    "Siden viser også små tall og er bare til bruk i fylkeskommunen. Det som skal ut, lages med "
    "./arshjul figures --release."
)
OM: Final = (
    "Tallene er regnet av registeret {per}. En ungdom er tilmeldt til og med dagen tilmeldingen avsluttes. Ungdom med "
    "skjermet adresse er talt med, men regionen er ikke oppgitt; det samme gjelder dem uten kommune. {merknad}"
)
GJENNOM_AARET: Final = (
    "Antall tilmeldte {fra}, den første dagen i skoleåret som registeret kjenner, så den første i hver måned, og til "
    "slutt {til}."
)
NAA: Final = "De som er tilmeldt {dag}, etter regionen de hører til."
SKOLEAARET: Final = (
    "Alle som har vært tilmeldt fra {fra} til {til}, hver telt én gang, slik overføringen til Udir i juni teller dem. "
    "Gruppen er den de hadde sist."
)
FLYT: Final = (
    "Hver rad er gruppen {fra}, hver kolonne gruppen {til}. De som er blitt tilmeldt siden, står som nye. De som både "
    "ble tilmeldt og avsluttet mellom de to dagene, er ikke med."
)
VENTET: Final = (
    "De som ble tilmeldt fra {fra} til {til}. Halvparten av dem som har hatt kontakt, ventet ikke lenger enn medianen, "
    "og ni av ti ikke lenger enn 90-prosentilen. Bare registrert kontakt teller, ikke brev, SMS eller e-post uten svar."
)
ANDELER: Final = (
    "Antall etter hvor mange dager det gikk til første kontakt, og andelen av alle som har hatt kontakt innen så mange "
    "dager. De som nettopp er tilmeldt, er også regnet med."
)


def write(hjem: Hjem, ramme: pd.DataFrame, dato: date, kjent: datetime | None = None) -> Side:
    """Write the page of the key figures as of a day and return where it is; for use within the county."""
    deler = parts(ramme, dato, kjent, INTERN)
    return sider.write_page(hjem, named("nokkeltall/", dato, kjent), TITTEL, dato, deler)


def attach(kjoring: Kjoring) -> None:
    """Make the page of the day the run looks at, and tell of it in the run's answer, where pages can be opened from it.

    Where nothing serves them, ``./arshjul figures`` makes the page when somebody asks.
    """
    if not sider.are_served():
        return
    kjent = klokke.to_utc(kjoring.kjent_tid) if kjoring.kjent_tid else None
    ramme = nokkeltall.figures(kjoring.con, kjoring.hjem, kjoring.per_dato, kjent)
    if not ramme.empty:
        kjoring.etterpaa.append(
            lambda: kjoring.sider.append(write(kjoring.hjem, ramme, kjoring.per_dato, kjoring.kjent_tid))
        )


def named(forst: str, dato: date, kjent: datetime | None) -> str:
    """Return the name of what shows the figures of a day, and as known at which moment where that is told."""
    return f"{forst}{dato.isoformat()}" + (f"-kjent-{kjent.astimezone(klokke.OSLO):%Y-%m-%dT%H%M}" if kjent else "")


def parts(ramme: pd.DataFrame, dato: date, kjent: datetime | None, merknad: str) -> list[Del]:
    """Return the page's parts. A number that is None is hidden where the column ``skjult`` says so."""
    tall = _Tall(ramme)
    per = f"per {_day(dato)}" + (
        f", slik det var kjent {kjent.astimezone(klokke.OSLO):%d.%m.%Y %H:%M}" if kjent else ""
    )
    return [
        Del("Om tallene", OM.format(per=per, merknad=merknad)),
        _through_the_year(tall),
        _by_region(tall, dato),
        _whole_year(tall, dato),
        _flow(tall, dato),
        _waiting(tall, dato),
        _shares(tall),
    ]


class _Tall:
    """The figures by their place, as a number to draw and as what stands in a table."""

    def __init__(self, ramme: pd.DataFrame) -> None:
        """Take the long table, where some may be hidden."""
        self.ramme = ramme
        nokler = ramme[list(nokkeltall.NOKKEL)].itertuples(index=False, name=None)
        skjult = ramme.get("skjult", pd.Series(data=False, index=ramme.index))
        self._verdier = dict(zip(nokler, zip(ramme["verdi"], skjult, strict=True), strict=True))

    def of(self, maaltall: str, kolonne: str) -> list[str]:
        """Return the column's values for a figure, each once, in order."""
        verdier = self.ramme.loc[self.ramme["maaltall"] == maaltall, kolonne]
        return list(dict.fromkeys(verdier))

    def value(self, *sted: str) -> float | None:
        """Return a number to draw; None where it is hidden or there is none."""
        verdi, _ = self._verdier.get(sted, (None, False))
        return None if verdi is None or pd.isna(verdi) else float(verdi)

    def cell(self, *sted: str) -> str | int:
        """Return what stands in a table: the number, the sign, or a dash where there is none."""
        _, skjult = self._verdier.get(sted, (None, False))
        verdi = self.value(*sted)
        if verdi is None:
            return SKJULT if skjult else INGEN
        return int(verdi) if verdi.is_integer() else diagram.number(verdi)


def _through_the_year(tall: _Tall) -> Del:
    dager, grupper = tall.of("tilmeldte", "dato"), tall.of("tilmeldte", "gruppe")
    punkter = [
        (date.fromisoformat(dag), name_of(gruppe), verdi)
        for gruppe in grupper
        if gruppe != ALLE
        for dag in dager
        if (verdi := tall.value("tilmeldte", dag, ALLE, gruppe, "")) is not None
    ]
    tittel = "Tilmeldt ungdom etter statusgruppe"
    tabell = _table(
        tittel, "Dato", dager, _last(grupper), lambda dag, gruppe: ("tilmeldte", dag, ALLE, gruppe, ""), tall, _iso_day
    )
    beskrivelse = (
        "Linjene viser hvor mange som er tilmeldt i hver statusgruppe på hver dag. Tallene står i tabellen under."
    )
    figur = diagram.lines(tittel, beskrivelse, punkter, "Antall ungdommer", [name_of(g) for g in grupper if g != ALLE])
    tekst = GJENNOM_AARET.format(fra=_iso_day(dager[0]), til=_iso_day(dager[-1]))
    return Del("Gjennom skoleåret", tekst, figur, tabell)


def _by_region(tall: _Tall, dato: date) -> Del:
    dag, grupper = dato.isoformat(), tall.of("tilmeldte", "gruppe")
    regioner = tall.of("tilmeldte", "region")
    punkter = [
        (_region(region), name_of(gruppe), verdi)
        for region in regioner
        for gruppe in grupper
        if ALLE not in {region, gruppe} and (verdi := tall.value("tilmeldte", dag, region, gruppe, "")) is not None
    ]
    tittel = "Tilmeldt ungdom etter region og statusgruppe"
    beskrivelse = "Stolpene viser hvor mange som er tilmeldt i hver region, delt på statusgrupper. Se tabellen under."
    navn = [name_of(gruppe) for gruppe in grupper if gruppe != ALLE]
    figur = diagram.bars(tittel, beskrivelse, punkter, "Antall ungdommer", navn, stablet=True)
    tabell = _table(
        tittel, "Region", _last(regioner), _last(grupper),
        lambda region, gruppe: ("tilmeldte", dag, region, gruppe, ""), tall, _region,
    )  # fmt: skip
    er_hel = len(punkter) == (len(regioner) - 1) * len(navn)
    return Del("Regionene", NAA.format(dag=_day(dato)), figur if er_hel else None, tabell)


def _whole_year(tall: _Tall, dato: date) -> Del:
    fra = date.fromisoformat(tall.of("i_skolearet", "fra_dato")[0])
    maal = {"tilmeldte": "Tilmeldt nå", "avsluttet": "Ikke lenger tilmeldt", "i_skolearet": "I alt i skoleåret"}
    tabell = _table(
        "Ungdom i skoleåret", "Statusgruppe", _last(tall.of("i_skolearet", "gruppe")), list(maal),
        lambda gruppe, navn: (navn, dato.isoformat(), ALLE, gruppe, ""), tall, name_of, maal.__getitem__,
    )  # fmt: skip
    return Del("Hele skoleåret", SKOLEAARET.format(fra=_day(fra), til=_day(dato)), None, tabell)


def _flow(tall: _Tall, dato: date) -> Del:
    fra_grupper, til_grupper = (tall.of("overgang", kolonne) for kolonne in ("gruppe", "til_gruppe"))
    fra, dag = tall.of("overgang", "fra_dato")[0], dato.isoformat()
    ruter = [
        (name_of(gruppe), name_of(til), tall.cell("overgang", dag, ALLE, gruppe, til))
        for gruppe in fra_grupper
        for til in til_grupper
        if ALLE not in {gruppe, til}
    ]
    tittel = "Fra statusgruppe til statusgruppe"
    beskrivelse = (
        "Rutene viser hvor mange som gikk fra hver gruppe til hver gruppe; jo mørkere, jo flere. Se tabellen under."
    )
    figur = diagram.matrix(tittel, beskrivelse, ruter, _iso_day(fra), _day(dato))
    tabell = _table(
        tittel, f"Gruppe {_iso_day(fra)}", fra_grupper, til_grupper,
        lambda gruppe, til: ("overgang", dag, ALLE, gruppe, til), tall, name_of,
    )  # fmt: skip
    return Del("Flyt mellom gruppene", FLYT.format(fra=_iso_day(fra), til=_day(dato)), figur, tabell)


def _waiting(tall: _Tall, dato: date) -> Del:
    regioner, dag = tall.of("ventetid_median", "region"), dato.isoformat()
    maal = {"ventetid_median": "Median", "ventetid_p90": "90-prosentil"}
    punkter = [
        (_region(region), navn, verdi)
        for region in regioner
        for maaltall, navn in maal.items()
        if (verdi := tall.value(maaltall, dag, region, "", "")) is not None
    ]
    tittel = "Dager fra tilmelding til første kontakt"
    beskrivelse = "Stolpene viser medianen og 90-prosentilen i hver region. Tallene står i tabellen under."
    tabell = _table(
        tittel, "Region", _last(regioner), list(maal), lambda region, navn: (navn, dag, region, "", ""), tall, _region,
        maal.__getitem__,
    )  # fmt: skip
    fra = tall.of("ventetid_median", "fra_dato")[0]
    tekst = VENTET.format(fra=_iso_day(fra), til=_day(dato))
    return Del("Tid til første kontakt", tekst, diagram.bars(tittel, beskrivelse, punkter, "Dager"), tabell)


def _shares(tall: _Tall) -> Del:
    """Return the counts and shares behind the waiting times."""
    dag = tall.of("forste_kontakt", "dato")[0]
    sted = [("forste_kontakt", gruppe) for gruppe in tall.of("forste_kontakt", "gruppe")]
    sted += [("andel_innen", gruppe) for gruppe in tall.of("andel_innen", "gruppe")]
    hoder = {f"{maaltall} {gruppe}": (maaltall, gruppe) for maaltall, gruppe in sted}
    tabell = _table(
        "Ungdom etter tid til første kontakt", "Region", _last(tall.of("forste_kontakt", "region")), list(hoder),
        lambda region, hode: (hoder[hode][0], dag, region, hoder[hode][1], ""), tall, _region,
        lambda hode: name_of(hoder[hode][1]) + (" (prosent)" if hoder[hode][0] == "andel_innen" else ""),
    )  # fmt: skip
    return Del("Kontakt innen en frist", ANDELER, None, tabell)


def _table(
    tittel: str, hode: str, rader: Sequence[str], kolonner: Sequence[str],
    sted: Callable[[str, str], tuple[str, ...]], tall: _Tall, radnavn: Callable[[str], str],
    kolonnenavn: Callable[[str], str] | None = None,
) -> Tabell:  # fmt: skip
    navn = kolonnenavn or name_of
    return Tabell(
        tittel=tittel,
        hoder=(hode, *(navn(kolonne) for kolonne in kolonner)),
        rader=[(radnavn(rad), *(tall.cell(*sted(rad, kolonne)) for kolonne in kolonner)) for rad in rader],
    )


def _last(verdier: Sequence[str]) -> list[str]:
    """Return the values with the total last."""
    return [*(verdi for verdi in verdier if verdi != ALLE), ALLE]


def name_of(gruppe: str) -> str:
    """Return a group's name, or a span of days as words: ``8_14_dager`` is 8–14 dager."""
    tekst = gruppe.replace("_dager", " dager").replace("_", " " if gruppe[0].isalpha() else "–")
    return NAVN.get(gruppe, tekst[:1].upper() + tekst[1:])


def _region(region: str) -> str:
    return HELE_FYLKET if region == ALLE else region[:1].upper() + region[1:]


def _iso_day(dag: str) -> str:
    return _day(date.fromisoformat(dag))


def _day(dag: date) -> str:
    return f"{dag.day}. {diagram.MAANEDER[dag.month - 1]} {dag.year}"
