"""Sees every packet in the network that is not to this machine, and every question for a name."""

import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Final

ETH_ALLE: Final = 3
UTGAAENDE: Final = 4
IPV4, IPV6 = 0x0800, 0x86DD
DNS_PORT: Final = 53
FINNES_IKKE: Final = 3


@dataclass
class Lytter:
    """What was seen: packets to each address that is not this machine's own, and each name that was asked for."""

    pakker: Counter[str] = field(default_factory=Counter)
    navn: Counter[str] = field(default_factory=Counter)
    egne: int = 0

    def start(self) -> None:
        """Listen until the process ends."""
        rampe = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_ALLE))
        rampe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        threading.Thread(target=self._see, args=(rampe,), daemon=True).start()
        for familie in (socket.AF_INET, socket.AF_INET6):
            tjener = socket.socket(familie, socket.SOCK_DGRAM)
            if familie == socket.AF_INET6:
                tjener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            tjener.bind(("", DNS_PORT))
            threading.Thread(target=self._answer, args=(tjener,), daemon=True).start()

    def clear(self) -> None:
        """Forget what was seen."""
        self.pakker.clear()
        self.navn.clear()
        self.egne = 0

    def _see(self, rampe: socket.socket) -> None:
        while True:
            pakke, (_, protokoll, slag, *_) = rampe.recvfrom(2048)
            if slag != UTGAAENDE or (til := receiver(protokoll, pakke)) is None:
                continue
            if til.is_loopback:
                self.egne += 1
            else:
                self.pakker[str(til)] += 1

    def _answer(self, tjener: socket.socket) -> None:
        """Say of every name that it does not exist, so that nobody waits."""
        while True:
            sporsmal, fra = tjener.recvfrom(2048)
            self.navn[asked_for(sporsmal)] += 1
            tjener.sendto(sporsmal[:2] + struct.pack(">HHHHH", 0x8180 | FINNES_IKKE, 1, 0, 0, 0) + sporsmal[12:], fra)


def receiver(protokoll: int, pakke: bytes) -> IPv4Address | IPv6Address | None:
    """Return where an IP packet is going; None for what is no IP packet."""
    if protokoll == IPV4:
        return IPv4Address(pakke[16:20])
    return IPv6Address(pakke[24:40]) if protokoll == IPV6 else None


def asked_for(sporsmal: bytes) -> str:
    """Return the name in a question to a name server."""
    deler, her = [], 12
    while her < len(sporsmal) and (lengde := sporsmal[her]):
        deler.append(sporsmal[her + 1 : her + 1 + lengde].decode("ascii", errors="replace"))
        her += 1 + lengde
    return ".".join(deler)
