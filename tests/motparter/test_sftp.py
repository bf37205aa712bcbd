"""The SFTP stand-in takes files from the one key it knows, and fails where it is told to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncssh
import pytest

from tests.motparter.sftp import Mottak, Sftpsvikt

Arbeid = Callable[[asyncssh.SFTPClient], Awaitable[Any]]


@pytest.fixture
def mottak() -> Iterator[Mottak]:
    with Mottak() as tjener:
        yield tjener


def session(mottak: Mottak, arbeid: Arbeid, **endret: Any) -> Any:
    """Do something over a connection of its own."""

    async def do() -> Any:
        valg = {
            "username": mottak.bruker, "client_keys": [mottak.brukernokkel], "config": None, "agent_path": None,
            "known_hosts": ([asyncssh.import_public_key(mottak.vertsnokkel)], [], []),
        } | endret  # fmt: skip
        async with asyncssh.connect("127.0.0.1", mottak.port, **valg) as linje, linje.start_sftp_client() as sftp:
            return await arbeid(sftp)

    return asyncio.run(do())


async def put(sftp: asyncssh.SFTPClient) -> None:
    async with sftp.open("inn/.a.del", "wb") as fil:
        await fil.write(b"innhold")
        await fil.fsync()
    await sftp.posix_rename("inn/.a.del", "inn/a.json")


def test_a_file_is_written_named_and_read_back(mottak: Mottak) -> None:
    async def arbeid(sftp: asyncssh.SFTPClient) -> tuple[bytes, int | None]:
        await put(sftp)
        async with sftp.open("inn/a.json", "rb") as fil:
            return await fil.read(), (await sftp.stat("inn/a.json")).size

    assert session(mottak, arbeid) == (b"innhold", 7)
    assert mottak.files() == {"a.json": b"innhold"}
    assert {"TILKOBLING", "INNLOGGING", "SFTP", "APNE", "SKRIV", "FSYNC", "NAVN_MANIFEST", "LES", "STAT"} <= set(
        mottak.steg
    )


@pytest.mark.parametrize(
    "endret",
    [{"username": "en-annen"}, {"client_keys": [asyncssh.generate_private_key("ssh-ed25519")]}, {"client_keys": None}],
    ids=["bruker", "nøkkel", "uten nøkkel"],
)
def test_nobody_else_is_let_in(mottak: Mottak, endret: dict[str, Any]) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        session(mottak, put, **endret, preferred_auth=["publickey"])
    assert mottak.files() == {}


def test_its_key_changes_as_another_machines_would(mottak: Mottak) -> None:
    gammel = asyncssh.import_public_key(mottak.vertsnokkel)
    mottak.change_key()
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        session(mottak, put, known_hosts=([gammel], [], []))
    session(mottak, put)
    assert mottak.files() == {"a.json": b"innhold"}


@pytest.mark.parametrize(
    ("hva", "feil"),
    [
        (Sftpsvikt.NEI, asyncssh.SFTPPermissionDenied),
        (Sftpsvikt.FEIL, asyncssh.SFTPFailure),
        (Sftpsvikt.USTOTTET, asyncssh.SFTPOpUnsupported),
        (Sftpsvikt.BRUDD, asyncssh.Error),
    ],
)
@pytest.mark.parametrize("behandlet", [False, True])
def test_it_says_no_and_does_it_or_not(mottak: Mottak, hva: str, feil: type[Exception], behandlet: bool) -> None:
    mottak.feil(hva, vei="NAVN_MANIFEST", behandlet=behandlet, ganger=1)
    with pytest.raises(feil):
        session(mottak, put)
    assert list(mottak.files()) == (["a.json"] if behandlet else [".a.del"])


def test_a_folder_outside_its_own_is_not_reached(mottak: Mottak) -> None:
    async def arbeid(sftp: asyncssh.SFTPClient) -> list[str]:
        return sorted(str(navn) for navn in await sftp.listdir("/") if not str(navn).startswith("."))

    assert session(mottak, arbeid) == ["inn"]
