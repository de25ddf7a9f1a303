"""F64 to F74 as data."""

from __future__ import annotations

from typing import Final

from tests.faults.table import DONE, Ending, Fault, Part
from tests.faults.words import done, failed, refused

INPUT: Final[Part] = {
    "F64": Fault(
        "The photo is changed or deleted between choosing and sending.",
        "Reads it once, compares its hash with the one from when it was chosen, and sends exactly these bytes.",
        {
            "changed": failed("photo", "“osprey.jpg” has changed since it was chosen.", "Choose it again, then run."),
            "deleted": failed(
                "photo",
                "“osprey.jpg” is not there any more.",
                "Was it moved, renamed or deleted? Choose it again.",
            ),
        },
    ),
    "F65": Fault(
        "The file's name has quotes, line breaks, letters of any script or great length.",
        "Sends a name of its own, image.jpg or image.png.",
        done("any name"),
        also=("tests/engine/test_transport.py::test_what_goes_out",),
    ),
    "F66": Fault(
        "The photo is turned by EXIF.",
        "Measures, composes and sends it upright, and says so in the plan.",
        done("turned"),
        also=(
            "tests/imaging/test_preflight.py::test_a_turned_photo_is_sent_upright",
            "tests/imaging/test_photo.py::test_orientation_is_applied",
        ),
    ),
    "F67": Fault(
        "A mask that differs from the image by a pixel.",
        "Builds both from one canvas; a mask of the person's own with another size is refused before anything is sent.",
        {
            "composed here": DONE,
            "one pixel less": refused(
                "photo",
                "The mask has 104×74 pixels and the frame 105×74; both have to be equal.",
                "Make the mask 105×74 pixels large, or change the frame.",
            ),
        },
        also=("tests/imaging/test_canvas.py::test_f67_photo_and_mask_have_one_size_whatever_is_asked",),
    ),
    "F68": Fault(
        "A mask with grey, alpha or the noise of JPEG in it.",
        "Splits it at 128 and sends a grey PNG of 0 and 255.",
        done("JPEG"),
        also=(
            "tests/imaging/test_mask.py::test_f68_jpeg_noise_goes_to_the_nearer_level",
            "tests/imaging/test_mask.py::test_f68_the_threshold_is_128",
            "tests/imaging/test_mask.py::test_f68_what_is_transparent_is_kept",
        ),
    ),
    "F69": Fault(
        "A mask that is white or black all over.",
        "Refuses it before anything is sent.",
        {
            "all black": refused(
                "photo",
                "The mask “mask.png” is black all over, so there is nothing to generate.",
                "Paint white what has to be generated.",
            ),
            "all white": refused(
                "photo",
                "The mask “mask.png” is white all over, so nothing of the photo would be kept.",
                "Paint black what has to be kept.",
            ),
        },
        also=(
            "tests/imaging/test_canvas.py::test_f69_a_mask_of_one_level_is_refused",
            "tests/cli/test_canvas.py::test_f69_a_mask_of_one_level_stops_the_run",
        ),
    ),
    "F70": Fault(
        "The mask is taken the wrong way round: the photo is new, and the blank stays.",
        "Compares the picture with what was sent: where the kept part is new and the blank one stayed, the job says "
        "so. It keeps the picture and sends nothing again.",
        {
            "result-polarity-inverted": Ending(
                "done",
                warnings=(
                    "In {photo}-{provider}-1.png the kept part changed and the painted one did not: the service may "
                    "read the mask the other way round.",
                ),
            ),
            "result-kept-area-redrawn": DONE,
        },
        also=(
            "tests/imaging/test_canvas.py::test_f70_a_result_that_follows_the_inverse_of_the_mask_is_suspect",
            "tests/engine/test_warnings.py::test_f70_a_mask_that_was_read_the_other_way_round",
        ),
    ),
    "F71": Fault(
        "The photo's URL is too long for the service, or the service cannot fetch it.",
        "Refuses a URL beyond the service's limit before anything is sent, and so one that cannot be public: of this "
        "machine, of a private network, or with a name or password in it. Whether the service can fetch any other, "
        "only the service knows; APIXO may charge for finding out.",
        {
            "too long": refused(
                "photo",
                "The URL is longer than the 512 characters that are allowed.",
                "Leave out --url: the photo is then fetched and sent as a file.",
            ),
            "too long@apixo-upscaler": refused(
                "photo",
                "The URL is longer than the 2048 characters that are allowed.",
                "Leave out --url: the photo is then fetched and sent as a file.",
            ),
            "cannot be fetched": failed(
                "input_url", "The service could not fetch the photo's URL.", "Send the photo as a file."
            ),
        },
        also=(
            "tests/services/test_origins.py::test_a_service_is_not_given_what_it_cannot_fetch",
            "tests/cli/test_deliveries.py::test_an_address_that_no_service_can_fetch_is_refused_before_it_costs",
        ),
    ),
    "F72": Fault(
        "A number is NaN or infinite, or has a comma in it.",
        "Refuses it where it is typed, by the same declaration in the window and on the command line.",
        also=(
            "tests/core/test_parameters.py::test_whatever_is_typed_ends_in_a_value_or_in_a_sentence",
            "tests/core/test_parameters.py::test_a_text_that_is_no_value_is_refused",
        ),
    ),
    "F73": Fault(
        "A form without a file would be sent urlencoded.",
        "Sends multipart always.",
        done("by its URL"),
        also=("tests/engine/test_transport.py::test_a_post_without_a_file_is_multipart_too",),
    ),
    "F74": Fault(
        "A key with a line break, a blank or foreign letters would change the request's headers.",
        "Trims it and refuses it when it is set; one from elsewhere is never put into a request.",
        {
            "cannot be sent": failed(
                "auth",
                "The key of PicWish has letters in it that no key can have.",
                "Copy it anew from https://picwish.com.",
            )
        },
        also=(
            "tests/services/test_keys.py::test_a_checked_key_fits_a_header",
            "tests/cli/test_keys.py::test_what_can_be_no_key",
        ),
    ),
}
