"""The county's channels: each as the settings say, or as files in ``utboks/`` where nothing is set.

In mode ``øve`` a service is used only where it stands on this machine. In the other modes letters by file are handed
over only where a person takes them further: print and the transfer to Udir.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Final

from schemas.innstillinger import Arkiv
from schemas.verdier import Kanal, Modus
from tasks import epost, krr
from tasks.arkivmelding import archive_files
from tasks.brevutkast import letter_of
from tasks.feil import BrukerFeil, ProgramFeil
from tasks.filkanal import Filer, Filkanal
from tasks.hjem import Hjem
from tasks.kanal import Kanalvei, Post
from tasks.sms import Smsvei
from tasks.smtpkanal import Smtpvei
from tasks.soker import vedleggsark
from tasks.soker.vedleggsark import attachment_of
from tasks.svarut import Svarutvei
from tasks.trykkeri import Side, render_all, write_all

UTEN_TJENESTE_I_DRIFT: Final = frozenset({Kanal.PRINT, Kanal.UDIR, Kanal.ARKIV})


def channel(hjem: Hjem, kanal: Kanal) -> Kanalvei:
    """Return how the county delivers by a channel. BrukerFeil ÅH-1405 where it has no way to in this mode."""
    innstillinger = hjem.innstillinger
    if innstillinger.svarut and (kanal is Kanal.DIGITAL or (kanal is Kanal.PRINT and innstillinger.svarut.print)):
        return Svarutvei(innstillinger.svarut)
    if innstillinger.epost and kanal is Kanal.EPOST:
        return Smtpvei(innstillinger.epost)
    if innstillinger.sms and kanal is Kanal.SMS:
        return Smsvei(innstillinger.sms, partial(_mobiles, hjem))
    if innstillinger.udir and kanal is Kanal.UDIR:
        # Loaded here: few need it, and it takes a third of a second.
        from tasks.sftp import Sftpvei  # noqa: PLC0415

        return Sftpvei(innstillinger.udir)
    if innstillinger.modus is not Modus.OVE and kanal not in UTEN_TJENESTE_I_DRIFT:
        raise BrukerFeil("ÅH-1405", kanal=kanal, modus=innstillinger.modus)
    return FILKANALER[kanal]


def _letters(hjem: Hjem, poster: Sequence[Post]) -> dict[str, Filer | BrukerFeil]:
    """Return each letter as one PDF."""
    sider = render_all([letter_of(post.innhold) for post in poster], hjem)
    return {
        post.utsending_id: side if isinstance(side, BrukerFeil) else {_path(post, "pdf"): side}
        for post, side in zip(poster, sider, strict=True)
    }


def _archive(hjem: Hjem, poster: Sequence[Post]) -> dict[str, Filer | BrukerFeil]:
    """Return each letter, and each attachment to an application, as the archive takes it."""
    valg = hjem.innstillinger.arkiv
    if valg is None:
        raise ProgramFeil("arkivet er ikke satt opp")
    vedlegg = {post.utsending_id: data for post in poster if (data := attachment_of(post.innhold))}
    brev = {post.utsending_id: letter_of(post.innhold) for post in poster if post.utsending_id not in vedlegg}
    sider = dict(zip(brev, render_all(list(brev.values()), hjem), strict=True))
    skriv = [partial(vedleggsark.render, data) for data in vedlegg.values()]
    sider |= dict(zip(vedlegg, write_all(skriv), strict=True))
    return {post.utsending_id: _archived(post, sider[post.utsending_id], valg) for post in poster}


def _archived(post: Post, side: Side, valg: Arkiv) -> Filer | BrukerFeil:
    return side if isinstance(side, BrukerFeil) else archive_files(post, side, valg)


def _mobiles(hjem: Hjem, poster: Sequence[Post]) -> dict[str, str]:
    """Return item → mobile number, looked up in the contact register now and kept nowhere."""
    hvem = {post.utsending_id: str(json.loads(post.innhold)["digital_id"]) for post in poster}
    kontakter = krr.look_up(hjem, set(hvem.values()) - {""})
    return {item: kontakter[nummer].mobil for item, nummer in hvem.items() if nummer in kontakter}


def _texts(_: Hjem, poster: Sequence[Post]) -> dict[str, Filer | BrukerFeil]:
    """Return each SMS as the text that would go, without a number: in practice nobody is sent one."""
    return {post.utsending_id: {_path(post, "txt"): json.loads(post.innhold)["tekst"].encode()} for post in poster}


def _mails(_: Hjem, poster: Sequence[Post]) -> dict[str, Filer | BrukerFeil]:
    return {post.utsending_id: _mail(post) for post in poster}


def _mail(post: Post) -> Filer | BrukerFeil:
    try:
        return {_path(post, "eml"): epost.message_of(post.utsending_id, post.innhold).data}
    except BrukerFeil as feil:
        return feil


def _packages(_: Hjem, poster: Sequence[Post]) -> dict[str, Filer | BrukerFeil]:
    return {post.utsending_id: _package(post) for post in poster}


def _package(post: Post) -> Filer:
    if post.pakke is None:
        raise ProgramFeil("overføringen har ingen forseglet pakke")
    return {f"udir/{post.pakke.navn}.csv": post.pakke.data, f"udir/{post.pakke.navn}.json": post.pakke.manifest}


def _path(post: Post, endelse: str) -> str:
    """Return where the item's file goes: never who it is about."""
    return f"{post.kanal}/{post.mappe}/{post.utsending_id}.{endelse}"


FILKANALER: Final = {
    Kanal.DIGITAL: Filkanal(_letters),
    Kanal.PRINT: Filkanal(_letters),
    Kanal.EPOST: Filkanal(_mails),
    Kanal.SMS: Filkanal(_texts),
    Kanal.ARKIV: Filkanal(_archive, kvitteres=True),
    Kanal.UDIR: Filkanal(_packages, kvitteres=True),
}
