"""F43 to F63 as data."""

from __future__ import annotations

from typing import Final

from tests.faults.table import DONE, Ending, Fault, Part
from tests.faults.words import NO_PICTURE, NOT_HTTPS, all_of, done, failed, parked

_NOT_ACCEPTABLE: Final = parked("protocol", "The picture's address is not acceptable.")
_PRIVATE: Final = parked("protocol", "The picture's address lies on this machine or in a private network.")
_SMALL: Final = "{photo}-{provider}-1.png is 80×64 pixels; 320×256 was asked for."
_KEPT_AS_IT_IS: Final = "A service's file is saved byte for byte as it came."

RESULT: Final[Part] = {
    "F43": Fault(
        "The picture's address has expired (403 or 404).",
        "Reads the task once more for a fresh address. Where that has expired, too, the job fails as possibly charged.",
        {
            "download-expired": DONE,
            "download-expired-always": failed(
                "expired",
                "The picture is no longer there, or its address has expired.",
                "Ask the service's support, naming the task: the picture may have been paid for.",
                charged=True,
            ),
        },
        also=("tests/engine/test_downloads.py::test_an_address_that_has_expired_is_not_asked_again",),
    ),
    "F44": Fault(
        "The picture's address is http:, file:, ftp:, data: or javascript:, has a user in it, or leads to a private "
        "network or to this machine.",
        "Fetches by https only, resolves the name first, refuses special addresses, and connects to the address that "
        "was "
        "checked. A text that is no address of the web at all counts as no picture.",
        {
            **done("image-javascript", "image-file", "image-ftp"),
            **all_of(NO_PICTURE, "no address of a picture"),
            **all_of(NOT_HTTPS, "image-foreign-http", "image-link-local", "not secure"),
            **all_of(_NOT_ACCEPTABLE, "image-userinfo", "with a user"),
            **all_of(
                _PRIVATE,
                *("image-private", "image-odd-port", "download-redirect-private", "in a private network"),
            ),
            "image-ipv6-loopback": parked(
                "network",
                "The picture's server cannot be reached.",
                "Check the network connection, then try again.",
            ),
        },
        otherwise="An odd port alone is no reason to refuse. This machine may be named by a service on this machine, "
        "as "
        "in image-ipv6-loopback. There is no setting that allows http: only a service on this machine itself may use "
        "it. The "
        "account's "
        "own host may lie in a private network, since the person named it.",
        also=(
            "tests/engine/test_addresses.py::test_no_place_in_a_private_network",
            "tests/engine/test_addresses.py::test_a_name_that_leads_into_a_private_network",
            "tests/engine/test_addresses.py::test_no_other_way_than_https",
        ),
    ),
    "F45": Fault(
        "The download is redirected.",
        "Follows up to five redirects by hand, each checked like the first address, always without key and cookies.",
        {
            "another host": Ending("done", warnings=(_SMALL,)),
            "download-redirect-loop": parked("protocol", "The picture's address redirects too often."),
            "download-redirect": NOT_HTTPS,
            "download-redirect-file": parked("protocol", "The picture's address is not secure: “file” is not https."),
        },
        also=(
            "tests/engine/test_downloads.py::test_redirects_have_an_end",
            "tests/engine/test_downloads.py::test_a_redirect_leads_nowhere_that_is_forbidden",
        ),
    ),
    "F46": Fault(
        "The storage refuses, or remembers, a request that carries a key.",
        "Fetches with a client of its own: no key, no cookies, no netrc, no referer.",
        done("a bare request"),
        also=("tests/engine/test_downloads.py::test_a_picture_arrives_byte_for_byte_by_a_bare_request",),
    ),
    "F47": Fault(
        "A call of the API itself is redirected.",
        "Follows none, so that the key goes nowhere. 301, 307 and 308 say that the base URL is wrong; 302 and 303 may "
        "be a "
        "captive portal, and a reading is repeated.",
        {
            "poll-redirect": DONE,
            "submit-redirect": failed(
                "config", "The service's address has moved.", "Check the base URL in the settings."
            ),
            "the address has moved": parked(
                "config", "The service's address has moved.", "Check the base URL in the settings."
            ),
        },
        also=("tests/engine/test_transport.py::test_a_redirect_is_an_answer_and_is_not_followed",),
    ),
    "F48": Fault(
        "Ampersands in the picture's address are written as \\u0026 or &amp;.",
        "Reads both; otherwise the address is used as it is, since its signature covers it.",
        done("poll-escaped-ampersand", "poll-entity-ampersand"),
    ),
    "F49": Fault(
        "The picture arrives only in part.",
        "Compares the length, decodes the picture in full, and fetches it again, four times in all.",
        {
            **done("download-cut", "download-cut-chunked"),
            "never whole": parked("network", "The connection was lost before the answer came."),
        },
        otherwise="No ranges: pictures are small, and a whole one from one answer is one kind of doubt less.",
        also=("tests/engine/test_downloads.py::test_a_lost_answer_is_asked_for_again",),
    ),
    "F50": Fault(
        "200 with HTML, XML, JSON or nothing in place of the picture.",
        "Looks at the bytes, fetches again, saves nothing that is no image, and parks the job.",
        {
            **done("download-html", "download-empty", "download-xml"),
            "never whole": parked(
                "protocol", "What was received is not an image.", "Try again; if it happens again, ask the service."
            ),
        },
        otherwise="Parked and not failed: the task still exists and may be asked again, free of charge.",
    ),
    "F51": Fault(
        "The picture's file is cut in the middle, with a length that fits.",
        "Decodes every picture in full before it gets its name.",
        {
            "download-truncated": DONE,
            "never whole": parked(
                "protocol",
                "The image received is cut short or damaged.",
                "It is fetched again where the service still has it.",
            ),
        },
        also=("tests/imaging/test_formats.py::test_every_cut_is_refused",),
    ),
    "F52": Fault(
        "A decompression bomb: few bytes, a thousand megapixels.",
        "Reads the size from the header and decodes at most 400 megapixels.",
        {
            "download-bomb": DONE,
            "never whole": parked(
                "protocol",
                "The image received is too large to be opened: 30000×30000 pixels.",
                "At most 400 megapixels are opened.",
            ),
        },
        also=("tests/imaging/test_formats.py::test_too_many_pixels_are_refused_before_decoding",),
    ),
    "F53": Fault(
        "The picture is huge, or the disk is full.",
        "Writes to a hidden .part file in the target folder, with a cap of 400 MB and a look at the free space; the "
        "name "
        "is given only to a whole file. Where the folder cannot be used, the rescue folder takes it; where neither "
        "can, "
        "the job is parked.",
        {
            "download-declares-too-much": parked("protocol", "The picture is too large: 99999 MB."),
            "no room": parked("storage", "There is not enough room in {rescue}.", "Free some space, then resume."),
        },
        also=(
            "tests/engine/test_downloads.py::test_a_disk_that_fills_up_on_the_way",
            "tests/engine/test_storage.py::test_a_picture_that_cannot_be_saved_in_its_folder_is_rescued",
            "tests/engine/test_outputs.py::test_an_existing_file_is_never_overwritten",
        ),
    ),
    "F54": Fault(
        "The type or the extension lies.",
        "Goes by the file's first bytes.",
        {"download-wrong-type": DONE, "a PNG called .jpg": Ending("done", warnings=(_SMALL,))},
    ),
    "F55": Fault(
        "The picture is animated, has 16 bits or CMYK, or is turned by EXIF.",
        f"{_KEPT_AS_IT_IS} The view converts it.",
        done(
            *("result-animated", "result-sixteen-bit", "result-cmyk", "result-turned-by-exif", "result-stereo"),
        ),
        also=("tests/imaging/test_photo.py::test_every_animal_shows_its_colours",),
    ),
    "F56": Fault(
        "The transparency is lost: a PNG with alpha goes out, a JPEG comes back.",
        "Keeps the picture and warns.",
        {
            "result-without-alpha": Ending(
                "done", warnings=("{photo}-{provider}-1.jpg has lost the photo's transparency.",)
            )
        },
        otherwise="The photo's own transparency is not laid over the result: it would change the service's pixels "
        "without being asked.",
        also=("tests/engine/test_warnings.py::test_lost_transparency",),
    ),
    "F57": Fault(
        "The picture is base64, with or without a data: prefix, URL-safe, in lines, without padding, or of a wrong "
        "type.",
        "Reads every dialect; what is no image then counts as no picture.",
        {
            **done(
                *("base64-plain", "base64-data-prefix", "base64-wrong-mime", "base64-url-safe"),
                *("base64-line-breaks", "base64-no-padding"),
            ),
            "base64-not-base64": NO_PICTURE,
        },
        also=("tests/providers/test_task_envelope.py::test_base64_in_every_dialect",),
    ),
    "F58": Fault(
        "The image is “null”, “undefined”, blank or a path without a host.",
        "Looks at the next field; without any, as F24.",
        {
            **done("image-text-null", "image-text-undefined", "image-relative"),
            "another field": Ending("done", warnings=(_SMALL,)),
            "never a picture": NO_PICTURE,
        },
        otherwise="Parked and not failed, as for F24.",
    ),
    "F59": Fault(
        "Several pictures with gaps, repetitions or lists among them.",
        "Saves each once, in order; one that fails does not lose the others, which stay on the job.",
        {
            **done(
                *("images-gaps", "images-repeated", "images-too-many", "images-list", "images-nulls"),
                *("images-missing", "images-numbered-only", "images-old-name", "images-same-as-image"),
            ),
            "images-one-broken": Ending(
                "done",
                warnings=("Picture 2 of 2 is missing: The picture is no longer there, or its address has expired.",),
            ),
            "gaps": Ending(
                "done", warnings=(_SMALL, "{photo}-{provider}-2.png is 80×48 pixels; 320×256 was asked for.")
            ),
            "one cannot be fetched": Ending(
                "parked",
                "protocol",
                _PRIVATE.message,
                _PRIVATE.remedy,
                warnings=(_SMALL, f"Picture 1 of 2 is missing: {_PRIVATE.message}"),
            ),
        },
        also=(
            "tests/providers/test_task_envelope.py::test_several_images_come_once_each_and_in_order",
            "tests/engine/test_warnings.py::test_one_that_fails_does_not_lose_the_others",
        ),
    ),
    "F60": Fault(
        "The picture has another size than was asked for.",
        "Accepts it. More than rounding is told in a warning.",
        {
            "result-rounded": DONE,
            "result-capped": Ending(
                "done", warnings=("{photo}-{provider}-1.jpg is 240×192 pixels; 320×256 was asked for.",)
            ),
        },
        also=("tests/engine/test_warnings.py::test_rounding_and_a_turn_are_no_difference",),
    ),
    "F61": Fault(
        "The picture is the photo, byte for byte: nothing was done.",
        "Keeps it and warns.",
        {
            "result-is-input": Ending(
                "done",
                warnings=(
                    "{photo}-{provider}-1.jpg is 80×64 pixels; 320×256 was asked for.",
                    "{photo}-{provider}-1.jpg is exactly the photo that was sent: nothing was done to it.",
                ),
            )
        },
    ),
    "F62": Fault(
        "A file name of the service's choice, with a path in it.",
        "Ignores it; names come from the person's own template.",
        done("download-file-name"),
        also=("tests/engine/test_outputs.py::test_names_stay_in_the_folder_are_short_enough_and_all_differ",),
    ),
    "F63": Fault(
        "The colour profile is dropped.",
        _KEPT_AS_IT_IS,
        done("result-without-profile"),
        otherwise="There is no option to put a profile back: without it nobody knows whether the service converted the "
        "colours or only lost the label.",
        also=("tests/imaging/test_photo.py::test_a_wide_profile_is_converted",),
    ),
}
