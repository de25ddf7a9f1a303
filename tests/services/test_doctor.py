"""What works here, told without a secret."""

from __future__ import annotations

import dataclasses
import socket
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest

from overscan.core.failures import JournalProblem
from overscan.core.providers import Account
from overscan.services import doctor_machine
from overscan.services.doctor import Finding, examine
from overscan.services.keys import KeyStore
from overscan.services.paths import Folders

ACCOUNT = Account("picwish", "PicWish", "https://techhk.aoscdn.com", "X-API-KEY", "", 2, "https://picwish.example")
KEY = "wx-abcdef-0123456789"


def examined(home: Folders, keys: KeyStore | None = None, **rest: object) -> dict[str, Finding]:
    findings = examine(folders=home, keys=keys or KeyStore(), accounts=[ACCOUNT], **rest)  # type: ignore[arg-type]
    assert len({f.name for f in findings}) == len(findings)
    return {f.name: f for f in findings}


def whole(findings: dict[str, Finding]) -> str:
    return "\n".join(str(dataclasses.astuple(f)) for f in findings.values())


def test_where_all_is_well_nothing_is_wrong(home: Folders) -> None:
    found = examined(home, journal=lambda: "12 jobs, 1 of them unfinished")
    assert [f for f in found.values() if f.ok is False] == []
    assert all(f.text for f in found.values())
    assert found["Qt"].text.startswith("Qt 6")
    assert found["Journal"] == Finding("Journal", True, "12 jobs, 1 of them unfinished")
    assert "JPEG" in found["Picture formats"].text
    assert "Pillow" in found["Packages"].text
    assert "defaults" in found["Settings"].text
    assert found["Key of PicWish"].ok is None
    assert "overscan key set picwish" in found["Key of PicWish"].remedy


def test_every_trouble_is_named_with_a_remedy_and_hides_no_other(home: Folders, tmp_path: Path) -> None:
    home.config_file.write_text("[output\n")
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    (tmp_path / "file").touch()
    broken = dataclasses.replace(home, cache=tmp_path / "file" / "cache")

    def newer() -> str:
        raise JournalProblem("The journal is newer than the program.", "Update the program.")

    found = examined(broken, journal=newer)
    assert {name for name, f in found.items() if f.ok is False} == {
        "Settings",
        "Cache folder",
        "Journal",
        "Keyring",
        "Key of PicWish",
    }
    assert all(f.remedy for f in found.values() if f.ok is False)
    assert found["Journal"].text == "The journal is newer than the program."


def test_a_check_that_breaks_in_an_unforeseen_way_is_a_finding(home: Folders) -> None:
    def broken() -> str:
        raise RuntimeError(f"with {KEY}")

    found = examined(home, KeyStore({"OVERSCAN_KEY_PICWISH": KEY}), journal=broken)
    assert found["Journal"].ok is False
    assert "RuntimeError: with [hidden]" in found["Journal"].text


@pytest.mark.parametrize("place", ["environment", "keyring"])
def test_of_a_key_only_its_place_is_told(home: Folders, place: str) -> None:
    keys = KeyStore({"OVERSCAN_KEY_PICWISH": KEY} if place == "environment" else {})
    if place == "keyring":
        keys.set("picwish", ACCOUNT.base_url, KEY)
    found = examined(home, keys)
    assert found["Key of PicWish"].ok is True
    assert place in found["Key of PicWish"].text
    assert KEY not in whole(found)


def test_a_proxys_password_stays_hidden(home: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:8080")
    found = examined(home)
    assert "proxy.example:8080" in found["Proxy"].text
    home.config_file.write_text('[network]\nproxy = "http://me:hunter3@other.example:1"\n')
    again = examined(home)
    assert "other.example:1" in again["Proxy"].text
    assert "hunter" not in whole(found) + whole(again)


def test_who_names_the_proxy_is_told(home: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none" in examined(home)["Proxy"].text
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    text = examined(home)["Proxy"].text
    assert all(part in text for part in ("proxy.example:8080", "system", "inside.example"))
    home.config_file.write_text('[network]\nproxy = "direct"\n')
    direct = examined(home)["Proxy"]
    assert "none" in direct.text
    assert "network.proxy" in direct.text
    assert "proxy.example" not in direct.text
    home.config_file.write_text("")
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example:1080")
    socks = examined(home)["Proxy"]
    assert socks.ok is False
    assert "direct" in socks.remedy


def test_hosting_says_what_is_missing(home: Folders) -> None:
    place = '[hosting]\nendpoint = "https://s3.example.org"\nbucket = "photos"\naccess_key_id = "AKID"\n'
    assert "not set up" in examined(home)["Hosting"].text
    home.config_file.write_text(place)
    without = examined(home)["Hosting"]
    assert without.ok is None
    assert "“https://s3.example.org/photos”" in without.remedy
    home.config_file.write_text(place + 'consent = "https://s3.example.org/photos"\n')
    assert "key set hosting" in examined(home)["Hosting"].remedy
    keys = KeyStore({"OVERSCAN_KEY_HOSTING": KEY})
    found = examined(home, keys)
    assert found["Hosting"].ok is True
    assert KEY not in whole(found)


def test_the_port_for_callbacks_is_tried(home: Folders) -> None:
    assert examined(home)["Callbacks"].text == "off"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home.config_file.write_text(f'[callbacks]\nport = {port}\npublic_url = "https://tunnel.example.org"\n')
        assert str(port) in examined(home)["Callbacks"].text
        assert examined(home)["Callbacks"].ok is None
    assert examined(home)["Callbacks"].ok is True


def test_a_certificate_file_is_really_loaded(tmp_path: Path) -> None:
    import certifi

    assert doctor_machine.trust_store(certifi.where()).ok is True
    (tmp_path / "empty.pem").write_text("no certificate")
    for wrong in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        finding = doctor_machine.trust_store(str(wrong))
        assert finding.ok is False
        assert str(wrong) in finding.text
    assert doctor_machine.trust_store("").ok is True


def test_a_display_is_tried_and_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_machine.display().ok is True  # the tests' own platform draws offscreen
    monkeypatch.delenv("QT_QPA_PLATFORM")
    nothing = doctor_machine.display()
    assert nothing.ok is None
    assert "DISPLAY" in nothing.text
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    assert doctor_machine.display().ok is False


def test_nothing_is_asked_of_the_network(home: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError(f"the doctor connected to {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    examined(home)
