"""config.toml: read, refused with help, and changed without losing a comment."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from overscan.core.failures import ConfigProblem
from overscan.core.providers import Account, Pace
from overscan.services.setting_specs import ANY_ID, spec_of
from overscan.services.settings import Settings, described, load, save_value
from overscan.services.settings_model import checked_name_template
from overscan.services.toml_edit import with_value

FULL = """\
# mine
[accounts.picwish]            # also gptge, apixo
base_url = "https://techhk.aoscdn.com"   # http:// only on loopback
requests_per_second = 2

# the slow one
[providers.apixo-upscaler.pace]
first_s = 12
interval_s = 7
deadline_s = 900
[output]
folder = "~/Pictures/Overscan"
name = "{photo}-{provider}-{n}"
[network]
proxy = ""
ca_file = ""
[money]
max_credits_per_day = 0       # 0: no cap
usd_per_credit = 0.0          # 0: unknown
[providers.gptge-scale]
status_path = "/task/{task_id}"
mask_polarity = ""
[hosting]
endpoint = ""
bucket = ""
region = ""
prefix = "overscan/"
access_key_id = ""
consent = ""
[callbacks]
port = 0
public_url = ""
"""
HOSTING = """\
[hosting]
endpoint = "https://s3.example.org/"
bucket = "photos"
prefix = "up/loads"
access_key_id = "AKID"
"""
ACCOUNT = Account("picwish", "PicWish", "https://techhk.aoscdn.com/", "X-API-KEY", "", 5.0, "https://x")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_no_file_means_every_default(config: Path, tmp_path: Path) -> None:
    settings = load(config)
    assert settings == Settings()
    assert settings.output.folder == str(tmp_path / "person" / "Pictures" / "Overscan")
    assert settings.output.name == "{photo}-{provider}-{n}"
    assert (settings.money.max_credits_per_day, settings.money.usd_per_credit) == (0, 0)
    assert settings.base_url(ACCOUNT) == "https://techhk.aoscdn.com"
    assert settings.requests_per_second(ACCOUNT) == 5.0
    assert settings.pace("picwish-scale", Pace()) == Pace()


def test_the_documented_file_is_read(config: Path) -> None:
    config.write_text(FULL)
    settings = load(config)
    assert settings.requests_per_second(ACCOUNT) == 2
    pace = settings.pace("apixo-upscaler", Pace(submit_timeout_s=99))
    assert (pace.first_s, pace.interval_s, pace.max_interval_s, pace.deadline_s) == (12, 7, 7, 900)
    assert pace.submit_timeout_s == 99


def test_a_base_url_of_ones_own_wins_and_loses_its_slash(config: Path) -> None:
    config.write_text('[accounts.picwish]\nbase_url = "http://127.0.0.1:5000/"\n')
    assert load(config).base_url(ACCOUNT) == "http://127.0.0.1:5000"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[accounts.picwish]\nbase_ur = "x"', ("accounts.picwish.base_ur", "“base_url”")),
        ("[accounts.picwish]\nzzz = 1", ("accounts.picwish.zzz", "base_url, requests_per_second")),
        ("[acounts.picwish]\n", ("acounts", "“accounts”")),
        ("[providers.x]\npce = 1", ("providers.x.pce", "“pace”")),
        ("[providers.x.pace]\nfirst = 1", ("providers.x.pace.first", "“first_s”")),
        ("colour = 1", ("colour", "accounts, providers, output, network, money, hosting")),
        ('[accounts.picwish]\nbase_url = "http://example.org"', ("accounts.picwish.base_url", "http://")),
        ("[accounts.picwish]\nbase_url = 5", ("accounts.picwish.base_url", "an address in quotes")),
        ("[accounts.picwish]\nrequests_per_second = 0", ("requests_per_second", "above 0, at most 1000")),
        ("[accounts.picwish]\nrequests_per_second = '2'", ("requests_per_second", "a number")),
        ("[accounts.picwish]\nrequests_per_second = true", ("requests_per_second", "a number")),
        ("[accounts.PicWish]\n", ("accounts.PicWish", "lower-case")),
        ("[money]\nusd_per_credit = nan", ("money.usd_per_credit", "0 or more")),
        ("[money]\nmax_credits_per_day = -1", ("money.max_credits_per_day", "0 or more")),
        ('[output]\nfolder = "here"', ("output.folder", "root")),
        ('[output]\nname = "{photo}/{n}"', ("output.name", "/")),
        ('[output]\nname = "{photo}-{size}-{n}"', ("output.name", "{photo}, {provider}, {n}")),
        ('[network]\nproxy = "socks5://x"', ("network.proxy", "https://")),
        ("[callbacks]\nport = 70000", ("callbacks.port", "0 to 65535")),
        ("[callbacks]\nport = 80.5", ("callbacks.port", "whole")),
        ('[callbacks]\npublic_url = "http://example.org"', ("callbacks.public_url", "http://")),
        ('[hosting]\nendpoint = "http://example.org"', ("hosting.endpoint", "http://")),
        ('[hosting]\nbucket = "a/b"', ("hosting.bucket", "letters, digits")),
        ('[hosting]\nprefix = "../x"', ("hosting.prefix", "overscan/uploads")),
        ('[hosting]\nregion = "EU!"', ("hosting.region", "eu-central-1")),
        ('[hosting]\naccess_key_id = "a b"', ("hosting.access_key_id", "blanks")),
        ('[hosting]\nsecret_access_key = "abc"', ("hosting.secret_access_key", "access_key_id")),
        ('[providers.x]\nstatus_path = "/task"', ("providers.x.status_path", "{task_id}")),
        ('[providers.x]\nstatus_path = "https://example.org/{task_id}"', ("providers.x.status_path", "“/”")),
        ("output = 5", ("“output” is a table", "folder, name")),
        ("[accounts]\npicwish = 5", ("“accounts.picwish” is a table", "base_url")),
        ("[money]\nusd_per_credit = [1]", ("money.usd_per_credit", "a number")),
        ("[output\n", ("not TOML", "line 1")),
        ("a = 1\na = 2", ("not TOML",)),
        ("x = " + "[" * 5000, ("not TOML",)),
    ],
)
def test_what_is_wrong_is_named_with_the_file_and_a_help(config: Path, text: str, told: tuple[str, ...]) -> None:
    config.write_text(text)
    with pytest.raises(ConfigProblem) as caught:
        load(config)
    message = str(caught.value)
    assert str(config) in message
    assert all(part in message for part in told), message
    assert caught.value.failure.remedy


def test_hosting_is_consented_only_for_the_place_that_was_named(config: Path) -> None:
    place = "https://s3.example.org/photos"
    assert not Settings().hosting.consented
    for consent in ("", "yes", "true", "https://s3.example.org", "https://s3.example.org/photos2"):
        config.write_text(HOSTING + f'consent = "{consent}"\n')
        assert not load(config).hosting.consented
    config.write_text(HOSTING + f'consent = "{place}"\n')
    hosting = load(config).hosting
    assert hosting.consented
    assert (hosting.place, hosting.prefix) == (place, "up/loads/")
    assert not save_value(config, "hosting.bucket", "other").hosting.consented
    save_value(config, "hosting.bucket", "photos")
    assert not save_value(config, "hosting.access_key_id", None).hosting.consented


def test_which_colour_of_a_mask_is_generated_can_be_set(config: Path) -> None:
    save_value(config, "providers.picwish-expand.mask_polarity", "black")
    assert load(config).white_generates("picwish-expand") is False
    save_value(config, "providers.picwish-expand.mask_polarity", "white")
    assert load(config).white_generates("picwish-expand") is True
    with pytest.raises(ConfigProblem, match="“white” or “black”"):
        save_value(config, "providers.picwish-expand.mask_polarity", "grey")


def test_a_status_path_a_port_and_no_proxy_are_read(config: Path) -> None:
    config.write_text(
        '[providers.gptge-scale]\nstatus_path = "/v2/task/{task_id}/state"\n[network]\nproxy = "direct"\n'
        '[callbacks]\nport = 8123\npublic_url = "https://tunnel.example.org/x/"\n'
    )
    settings = load(config)
    assert settings.status_path("gptge-scale") == "/v2/task/{task_id}/state"
    assert settings.status_path("picwish-scale") == ""
    assert settings.white_generates("gptge-scale") is None
    assert settings.network.proxy == "direct"
    assert settings.callbacks.ready
    assert (settings.callbacks.port, settings.callbacks.public_url) == (8123, "https://tunnel.example.org/x")
    assert not Settings().callbacks.ready


def test_a_refused_proxy_keeps_its_password(config: Path) -> None:
    config.write_text('[network]\nproxy = "socks5://me:hunter2@x"')
    with pytest.raises(ConfigProblem) as caught:
        load(config)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a = '\xe9'", b"#" * 1_000_001], ids=["utf16", "latin1", "large"])
def test_what_is_no_configuration_at_all_is_refused(config: Path, data: bytes) -> None:
    config.write_bytes(data)
    with pytest.raises(ConfigProblem, match=r"config\.toml"):
        load(config)


def test_a_folder_in_its_place_is_told(config: Path) -> None:
    config.mkdir()
    with pytest.raises(ConfigProblem, match="cannot be read"):
        load(config)


def test_a_byte_order_mark_does_no_harm(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbf[money]\nusd_per_credit = 0.05\n")
    assert load(config).money.usd_per_credit == 0.05


@given(st.text())
def test_a_name_template_is_refused_or_keeps_outputs_apart(text: str) -> None:
    try:
        template = checked_name_template(text)
    except ValueError:
        return
    first, second = (template.format(photo="p", provider="q", n=n) for n in (1, 2))
    assert first != second
    assert not set("/\\\n\0") & set(first)
    assert checked_name_template(template) == template


@pytest.mark.parametrize(
    "text",
    ["", " ", "..", "{", "}", "{photo", "{{n}}", "{photo!r}", "{n:03}", "{0}", "{}", "{photo.name}", "a/b", "a\\b"],
)
def test_a_name_template_has_only_its_three_places(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        checked_name_template(text)


def test_a_name_template_gets_its_number() -> None:
    assert checked_name_template("{photo} {provider}") == "{photo} {provider}-{n}"


# --- described ---


def test_every_setting_of_the_design_is_described_and_no_other() -> None:
    documented = set()

    def walk(values: dict[str, object], prefix: str) -> None:
        for name, value in values.items():
            shown = ANY_ID if prefix in {"accounts.", "providers."} else name
            if isinstance(value, dict):
                walk(value, f"{prefix}{shown}.")
            else:
                documented.add(f"{prefix}{shown}")

    walk(tomllib.loads(FULL), "")
    assert {spec.key for spec in described()} == documented


def test_a_description_is_whole_and_its_default_is_the_models() -> None:
    for spec in described():
        assert spec.label
        assert spec.description.endswith(".")
        assert spec.allowed
        if ANY_ID not in spec.key:
            table, name = spec.key.split(".")
            model = type(getattr(Settings(), table))
            assert issubclass(model, BaseModel)
            assert model.model_fields[name].default == spec.default
        assert spec_of(spec.key.replace(ANY_ID, "some-id")) is spec
    assert spec_of("output") is None
    assert spec_of("output.folder.x") is None


# --- save_value ---


def test_a_change_keeps_comments_and_order(config: Path) -> None:
    config.write_text(FULL)
    settings = save_value(config, "accounts.picwish.requests_per_second", 4)
    assert settings.accounts["picwish"].requests_per_second == 4
    assert config.read_text() == FULL.replace("requests_per_second = 2", "requests_per_second = 4")
    assert load(config) == settings


def test_a_new_value_goes_into_its_table_before_the_next_ones_comment(config: Path) -> None:
    config.write_text(FULL.replace("requests_per_second = 2\n", ""))
    save_value(config, "accounts.picwish.requests_per_second", 3)
    assert "loopback\nrequests_per_second = 3\n\n# the slow one\n[providers.apixo" in config.read_text()


def test_a_new_table_goes_to_the_end(config: Path) -> None:
    config.write_text(FULL)
    save_value(config, "accounts.gptge.base_url", "https://example.org")
    assert config.read_text() == FULL + '\n[accounts.gptge]\nbase_url = "https://example.org"\n'


def test_none_takes_a_value_out(config: Path) -> None:
    config.write_text(FULL)
    save_value(config, "providers.apixo-upscaler.pace.interval_s", None)
    assert config.read_text() == FULL.replace("interval_s = 7\n", "")
    before = config.read_text()
    save_value(config, "providers.nobody.pace.interval_s", None)
    assert config.read_text() == before


def test_the_first_value_makes_the_file(tmp_path: Path) -> None:
    config = tmp_path / "new" / "config.toml"
    save_value(config, "output.folder", "~/Bilder")
    assert config.read_text() == '[output]\nfolder = "~/Bilder"\n'
    assert load(config).output.folder == str(tmp_path / "person" / "Bilder")
    if os.name == "posix":
        assert config.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("money.usd_per_credit", -1),
        ("money.usd_per_credit", "much"),
        ("output.colour", "red"),
        ("output", "x"),
        ("accounts.Pic Wish.base_url", "https://x"),
        ("accounts.picwish.base_url", "http://example.org"),
        ("", 1),
    ],
)
def test_what_would_not_be_read_is_not_written(config: Path, key: str, value: str | int) -> None:
    config.write_text(FULL)
    with pytest.raises(ConfigProblem):
        save_value(config, key, value)
    assert config.read_text() == FULL


def test_a_broken_file_is_not_written_over(config: Path) -> None:
    config.write_text("[output\n")
    with pytest.raises(ConfigProblem):
        save_value(config, "money.usd_per_credit", 1)
    assert config.read_text() == "[output\n"


@pytest.mark.parametrize(
    "text",
    [
        'accounts.picwish.base_url = "https://a"\n',
        'accounts = {picwish = {base_url = "https://a"}}\n',
        '[accounts]\npicwish = {base_url = "https://a"}\n',
        "[accounts.gptge]\nrequests_per_second = 1\n[money]\nusd_per_credit = 1\n[accounts.apixo]\n",
        "[accounts.picwish]",
        "# only words",
        "[accounts.picwish]\r\nrequests_per_second = 1\r\n",
    ],
)
@pytest.mark.parametrize("key", ["accounts.picwish.requests_per_second", "accounts.gptge.base_url", "output.name"])
def test_unusual_forms_are_changed_rightly_or_left_alone(config: Path, text: str, key: str) -> None:
    config.write_bytes(text.encode())
    values: dict[str, str | int] = {"requests_per_second": 7, "base_url": "https://b", "name": "{n}"}
    value = values[key.rpartition(".")[2]]
    before = tomllib.loads(text)
    try:
        save_value(config, key, value)
    except ConfigProblem:
        assert config.read_bytes().decode() == text
        return
    after = tomllib.loads(config.read_text())
    table, account, *_ = key.split(".")
    assert load(config)
    for other in before.keys() - {table}:
        assert after[other] == before[other]
    for other in before.get("accounts", {}).keys() - {account}:
        assert after["accounts"][other] == before["accounts"][other]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([s.key.replace(ANY_ID, i) for s in described() for i in ("a", "b-1")]),
            st.none() | st.text(max_size=8) | st.integers(-5, 5) | st.floats(allow_nan=False),
        ),
        max_size=6,
    )
)
def test_any_changes_in_a_row_leave_what_was_meant_and_every_comment(
    changes: list[tuple[str, str | float | None]],
) -> None:
    text = FULL
    meant = tomllib.loads(FULL)
    for key, value in changes:
        text = with_value(text, key.split("."), value)
        *tables, name = key.split(".")
        place = meant
        for table in tables:
            place = place.setdefault(table, {})
        place.pop(name, None) if value is None else place.__setitem__(name, value)
    found = tomllib.loads(text)

    def without_empty(values: dict[str, object]) -> dict[str, object]:
        inner = {k: without_empty(v) if isinstance(v, dict) else v for k, v in values.items()}
        return {k: v for k, v in inner.items() if v != {}}

    assert without_empty(found) == without_empty(meant)
    assert "# mine" in text
    assert "\n# the slow one\n[providers.apixo-upscaler.pace]" in text
