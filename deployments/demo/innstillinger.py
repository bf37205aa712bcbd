"""The training county's settings: the file a real county fills in, with comments that say what each part is for."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from deployments.demo.befolkning import ascii_letters
from deployments.demo.grunnlag import LORDAG, Demo, table
from tasks.kalender import school_year

HODE: Final = """\
# Innstillingene for øvefylket. Alt her er oppdiktet. Ingen nøkler eller passord skal stå i denne filen.

# øve: ingenting forlater maskinen. prøve: bare til gjestelisten. drift: til ungdommene.
modus = "øve"

# Hvem brevene kommer fra, og hvilke fylkesnumre som er våre.
[fylke]
navn = "Vestfold og Telemark fylkeskommune (demo)"
fylkesnummer = ["39", "40"]
avsender = "Oppfølgingstjenesten"
telefon = "40000000"
epost = "oppfolgingstjenesten@example.no"
nettside = "https://www.example.no/oppfolgingstjenesten"

# Den OTTO-ansvarlige får varsler og godkjenner forslag.
[ansvarlig]
epost = "otto-ansvarlig@example.no"

# Hvor lenge en godkjenning kan angres før noe sendes. Et fylke bør ha 30 minutter; når du øver, slipper du å vente.
[godkjenning]
angrefrist_minutter = 0

# En fil som er mye mindre eller større enn forrige gang, stopper og spør. 0.5 er halvparten, 3.0 er tre ganger så stor.
[grenser]
krymp_andel = 0.5
vokse_andel = 3.0

# Spørreundersøkelsen «Hva gjør du neste skoleår?». Brevets referanse legges til på slutten, aldri fødselsnummeret.
[undersokelse]
adresse = "https://undersokelse.example.no/?ref="

# VIGO OT kan spørres i stedet for at noen legger en fil i innboks. Nøkkelen står i ARSHJUL_VIGO_OT_NOKKEL, i filen
# vigo_ot.nokkel eller i nøkkelringen, aldri her. Når modus er øve, kan bare 127.0.0.1 spørres.
# [vigo_ot]
# adresse = "https://vigo.example.no/vigows/rest/ot"
# fylkesnr = "39"

"""
RAADGIVERE: Final = """\
# Rådgiverne og kommunene de har. Er flere i samme kommune, deler de ungdommene og skolene mellom seg. Den som er borte,
# har en stedfortreder som får listene hennes så lenge.
"""
LOGO: Final = "logo.svg"
NETTSIDE: Final = re.compile(r"^nettside = .*\n", re.MULTILINE)
LOGOLINJER: Final = f"""\
# Logoen i brevhodet: en SVG- eller PNG-fil i hjemmemappen. Kan utelates.
logo = "{LOGO}"
"""
FAGLEDERE: Final = """\
# Faglederne: de får det som er over fristen, og søknadene etter fristen, i sine kommuner.
"""
AVDELINGER: Final = """\
# Avdelingene som har opplæringstilbud, hvem som leder dem, og hvor mange dager i uken tilbudet er åpent.
"""
SKOLEAARSKODE: Final = """\
# Fylkets egen kode i OTTO for ungdom som ønsker oppfølging ved skolestart. Verken navnet eller formen er Udirs.
[[skoleaarskoder]]
kode = "SKOLESTART{to}"
skoleaar = "{skoleaar}"
gyldig_fra = {aar}-05-01

"""
ARBEIDSLISTER: Final = """\
# Hvor arbeidslistene legges. En delt mappe skrives som hel sti. Med kryptert = true låses hver fil med eierens passord.
# Med retur = "…" hentes utfylte lister også fra en delt mappe, ikke bare fra innboks.
[arbeidslister]
mappe = "arbeidslister"

"""
ARKIV: Final = """\
# Arkivet (Fiks Arkiv). Her arkiveres bare vedleggene til søknader innen 1. februar. Med brev = true arkiveres brevene
# også.
[arkiv]
system = "Årshjul"
arkivdel = "Elevmappe"
brev = false
inntakskontor = "Inntakskontoret"

"""
REGIONER: Final = """\
# Regionene i nøkkeltallene. Utelates de, vises hver kommune for seg.
"""
RADVALG: Final = """\
# Valg der årshjulet og kalenderen er uenige. Uke 24 kan slutte før telledatoen 15. juni.
[[radvalg]]
rad = "20-overforing-udir-juni"
aar = {aar}
dato = {dato}
begrunnelse = "Vi overfører første virkedag fra og med telledatoen 15. juni, også når uke 24 slutter før den."
"""


def settings_bytes(demo: Demo, *, hele: bool = False) -> bytes:
    """Return ``innstillinger.toml``; ``hele`` names the logo too, which must then lie in the home, and the archive."""
    hode = NETTSIDE.sub(lambda linje: linje[0] + LOGOLINJER, HODE) if hele else HODE
    radgivere = "".join(
        _person("radgivere", rad["id"], rad["navn"], rad["kommuner"].split()) + _away(demo, rad["id"])
        for rad in table("demo/radgivere.csv")
    )
    valg = RADVALG.format(aar=demo.aar, dato=_first_working_day(demo.aar))
    kode = SKOLEAARSKODE.format(aar=demo.aar, to=(demo.aar + 1) % 100, skoleaar=school_year(demo.aar))
    deler = (
        hode,
        ARBEIDSLISTER,
        RAADGIVERE,
        radgivere,
        FAGLEDERE,
        _leaders(),
        AVDELINGER,
        _departments(),
        ARKIV if hele else "",
        kode,
    )
    return f"{''.join(deler)}{REGIONER}{_regions()}{valg}".encode()


def _person(hva: str, id_: str, navn: str, kommuner: Iterable[str]) -> str:
    nummer = ", ".join(f'"{kommune}"' for kommune in kommuner)
    epost = f"{'.'.join(ascii_letters(del_) for del_ in navn.split()).lower()}@example.no"
    return f'[[{hva}]]\nid = "{id_}"\nnavn = "{navn}"\nepost = "{epost}"\nkommuner = [{nummer}]\n\n'


def _away(demo: Demo, id_: str) -> str:
    """Return the summer holiday of one who has a stand-in."""
    borte = {"R01": ("R02", "07-06", "07-31")}
    if id_ not in borte:
        return ""
    stedfortreder, fra, til = borte[id_]
    dager = f"fra = {demo.aar}-{fra}\ntil = {demo.aar}-{til}"
    return f'[[radgivere.fravaer]]\n{dager}\nstedfortreder = "{stedfortreder}"\n\n'


def _leaders() -> str:
    enheter = table("demo/kommuner.csv")
    return "".join(
        _person("fagledere", rad["id"], rad["navn"], [k["kode"] for k in enheter if k["ot_enhet"] == rad["ot_enhet"]])
        for rad in table("demo/fagledere.csv")
    )


def _departments() -> str:
    return "".join(
        f'[[avdelinger]]\nnavn = "{rad["ot_enhet"]}"\nleder = "{rad["id"]}"\ndager_per_uke = {rad["dager_per_uke"]}\n\n'
        for rad in table("demo/fagledere.csv")
    )


def _regions() -> str:
    """Return the regions: the municipalities of each OT office."""
    kommuner = table("demo/kommuner.csv")
    navn = dict.fromkeys(rad["ot_enhet"].removeprefix("OT ") for rad in kommuner)
    return "".join(
        f'[[regioner]]\nnavn = "{region}"\nkommuner = [{", ".join(_codes(kommuner, region))}]\n\n' for region in navn
    )


def _codes(kommuner: Iterable[Mapping[str, str]], region: str) -> list[str]:
    return [f'"{rad["kode"]}"' for rad in kommuner if rad["ot_enhet"] == f"OT {region}"]


def _first_working_day(aar: int) -> date:
    """Return 15 June or the Monday after; no public holiday falls there, as Whit Monday is 14 June at the latest."""
    telledato = date(aar, 6, 15)
    return telledato + timedelta(days=-telledato.weekday() % 7 if telledato.weekday() >= LORDAG else 0)
