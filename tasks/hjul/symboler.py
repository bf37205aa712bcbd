"""The six states as small pictures, told apart by shape and sign: in the wheel, on the page, in print and in grey."""

from typing import Final

from tasks.hjul.tilstand import Tilstand

RAMME: Final = 10.0
"""Each is drawn around the origin, within this distance."""
_LUFT: Final = 'stroke="#fff" stroke-width="2" paint-order="stroke"'
_TEGN: Final = 'font-family="Arial,sans-serif" font-size="13" font-weight="700" text-anchor="middle"'
_FORM: Final = {
    Tilstand.IKKE_FORFALT: '<circle r="7" fill="#fff" stroke="#52616f" stroke-width="2.6"/>',
    Tilstand.VENTER: '<path d="M0-10L10 0L0 10L-10 0Z" fill="#ffc93c" stroke="#4a3500" stroke-width="1.4"/>'
    f'<text y="4.6" fill="#2b1f00" {_TEGN}>?</text>',
    Tilstand.KJORER: f'<circle r="9" fill="#0b5394" {_LUFT}/><path d="M-3-5L6 0L-3 5Z" fill="#fff"/>',
    Tilstand.FERDIG: f'<circle r="9" fill="#1f2d3a" {_LUFT}/>'
    '<path d="M-4.4.4L-1.2 3.8L4.8-3.2" fill="none" stroke="#fff" stroke-width="2.4"/>',
    Tilstand.AVVIK: f'<path d="M0-9.6L10 8.4L-10 8.4Z" fill="#b3261e" {_LUFT}/>'
    f'<text y="7" fill="#fff" {_TEGN}>!</text>',
    Tilstand.HOPPET: '<circle r="8" fill="#e6eaee" stroke="#52616f" stroke-width="1.6"/>'
    '<path d="M-4.4 0H4.4" stroke="#1f2d3a" stroke-width="2.4"/>',
}
BETYR: Final = {
    Tilstand.IKKE_FORFALT: "Tiden er ikke inne",
    Tilstand.VENTER: "Noe må avgjøres eller rettes av deg",
    Tilstand.KJORER: "Kjøres akkurat nå",
    Tilstand.FERDIG: "Kjørt, og ingenting venter",
    Tilstand.AVVIK: "Noe er galt: kjøringen stoppet, er forsinket, eller har åpne avvik",
    Tilstand.HOPPET: "Dere har valgt å hoppe over raden",
}


def definitions() -> str:
    """Return the pictures as parts that ``placed`` and ``icon`` point to: they stand once in a document."""
    return "".join(f'<g id="{_name(tilstand)}">{form}</g>' for tilstand, form in _FORM.items())


def placed(tilstand: Tilstand, x: float, y: float, radius: float) -> str:
    """Return the picture with its centre and size in another drawing; words in it or beside it say the same."""
    flytt = f"translate({x:.2f} {y:.2f}) scale({radius / RAMME:.2f})"
    return f'<use href="#{_name(tilstand)}" transform="{flytt}" aria-hidden="true"/>'


def icon(tilstand: Tilstand) -> str:
    """Return the picture for use in a line of text, beside the words that say the same."""
    return (
        '<svg class="symbol" viewBox="-11 -11 22 22" aria-hidden="true" focusable="false">'
        f'<use href="#{_name(tilstand)}"/></svg>'
    )


def _name(tilstand: Tilstand) -> str:
    return f"hjul-symbol-{tilstand.name.lower()}"
