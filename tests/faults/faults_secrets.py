"""F75 to F80 as data."""

from __future__ import annotations

from typing import Final

from tests.faults.table import DONE, Fault, Part
from tests.faults.words import done, failed, refused

SECRETS: Final[Part] = {
    "F75": Fault(
        "The service repeats the key in an error.",
        "Blots it out before anybody reads the reply; everything that is written passes the redaction.",
        {
            "submit-echoes-key": failed(
                "bad_request",
                "The service did not accept the request. It says: “Bad key: [hidden]”.",
                "Check the parameters.",
            )
        },
        also=(
            "tests/engine/test_transport.py::test_a_key_that_is_repeated_is_blotted_out",
            "tests/core/test_redaction.py::test_a_known_secret_never_survives",
        ),
    ),
    "F76": Fault(
        "A library logs headers and signed addresses.",
        "Holds talkative libraries back, and hides keys and the query of every address in each line that is written.",
        done("everything is logged"),
        also=(
            "tests/services/test_logs.py::test_a_secret_is_hidden_wherever_it_stands",
            "tests/services/test_logs.py::test_talkative_libraries_are_held_back",
        ),
    ),
    "F77": Fault(
        "A key in a file.",
        "Keys live in the system's keyring or in the environment, in no file of ours, not even where no keyring works.",
        {
            "in the settings": refused(
                "config",
                "{file}: there is no setting “accounts.picwish.key”.",
                "Known here: base_url, requests_per_second.",
            ),
            "without a keyring": refused(
                "key",
                "No keyring works here.",
                "Set OVERSCAN_KEY_PICWISH in the environment, or install an encrypted keyring (GNOME Keyring or "
                "KWallet, "
                "or the package keyrings.alt with keyrings.alt.file.EncryptedKeyring named as default-keyring in "
                "keyringrc.cfg).",
            ),
        },
        otherwise="No private file as a second best: what a person wants to keep on the disk, the environment can "
        "bring.",
        also=("tests/services/test_keys.py::test_nothing_is_ever_written_in_the_clear",),
    ),
    "F78": Fault(
        "A proxy refuses, or something inspects the connection with a certificate of its own.",
        "Says which of both, and takes a CA file; there is no way to turn verification off.",
        {
            "not trusted": failed(
                "network",
                "The service cannot be reached.",
                "Its certificate is not trusted here. If your network inspects connections, name its CA file in the "
                "settings.",
            ),
            "trusted by its file": DONE,
            "refused by the proxy": failed(
                "network", "The service cannot be reached.", "Check the proxy in the settings."
            ),
        },
        also=(
            "tests/engine/test_transport.py::test_certificates_are_always_verified",
            "tests/engine/test_transport.py::test_a_ca_file_that_cannot_be_used",
        ),
    ),
    "F79": Fault(
        "The base URL is changed, and the key would go to another host.",
        "A key belongs to the origin it was set for; another one asks for a key anew.",
        {
            **{
                f"another address{at}": failed(
                    "key", f"There is no key for {name}.", f"Set it in the settings or with “overscan key set {id_}”."
                )
                for at, name, id_ in (
                    ("", "PicWish", "picwish"),
                    ("@gptge-scale", "gpt.ge", "gptge"),
                    ("@apixo-upscaler", "APIXO", "apixo"),
                )
            }
        },
        otherwise="A key from the environment goes to whatever address is set: who sets one sets the other.",
        also=(
            "tests/services/test_keys.py::test_a_key_stays_with_its_origin",
            "tests/cli/test_keys.py::test_a_key_belongs_to_its_address",
        ),
    ),
    "F80": Fault(
        "A callback is forged, repeated, early, huge, no JSON, or never comes.",
        "Nothing of a callback is believed or even read: it only lets the task be read a little earlier, with the key "
        "and "
        "at the usual pace.",
        done(
            *("callback-never", "callback-early", "callback-repeated", "callback-forged", "callback-huge"),
            *("callback-garbled", "a stranger calls"),
        ),
        otherwise="There is a receiver, for people with a tunnel: off unless it is set up, on this machine only, "
        "under a "
        "secret path for each job.",
        also=(
            "tests/engine/test_callbacks.py::test_a_forged_callback_changes_nothing",
            "tests/engine/test_callbacks.py::test_a_thousand_callbacks_are_one",
            "tests/engine/test_callbacks.py::test_it_listens_on_this_machine_only",
            "tests/engine/test_callbacks.py::test_a_callback_brings_the_result_at_once",
        ),
    ),
}
