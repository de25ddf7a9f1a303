"""Which metadata can identify a place, a person or a camera: the one table, and what a header shows of it."""

from __future__ import annotations

from typing import Final

from PIL import Image

from overscan.core.text import mark
from overscan.imaging.orientation import exif_of

GPS: Final = mark("GPS position")
CAMERA_SERIAL: Final = mark("camera serial number")
LENS_SERIAL: Final = mark("lens serial number")
OWNER: Final = mark("owner or artist name")
COPYRIGHT: Final = mark("copyright notice")
MAKER_NOTE: Final = mark("camera maker's notes")
COMMENT: Final = mark("comments")
IMAGE_ID: Final = mark("unique image number")
COMPUTER: Final = mark("computer name")
THUMBNAIL: Final = mark("embedded thumbnail")
XMP: Final = mark("XMP data")
IPTC: Final = mark("IPTC data")
FURTHER: Final = mark("further pictures in the file")
EMBEDDED: Final = mark("data of editing programs")

IFD0: Final = {
    0x010E: COMMENT,  # ImageDescription
    0x013B: OWNER,  # Artist
    0x013C: COMPUTER,  # HostComputer
    0x8298: COPYRIGHT,
    0x83BB: IPTC,
    0x02BC: XMP,
    0x8649: EMBEDDED,  # Photoshop's resource blocks
    0x9C9B: COMMENT,  # XPTitle
    0x9C9C: COMMENT,  # XPComment
    0x9C9D: OWNER,  # XPAuthor
    0x9C9E: COMMENT,  # XPKeywords
    0x9C9F: COMMENT,  # XPSubject
    0xC62F: CAMERA_SERIAL,  # DNG CameraSerialNumber
    0xC634: MAKER_NOTE,  # DNGPrivateData
}
"""Private tags of the image's own directory (TIFF 6.0, EXIF 2.32, DNG 1.4)."""
EXIF_IFD: Final = {
    0x927C: MAKER_NOTE,
    0x9286: COMMENT,  # UserComment
    0xA420: IMAGE_ID,
    0xA430: OWNER,  # CameraOwnerName
    0xA431: CAMERA_SERIAL,  # BodySerialNumber
    0xA435: LENS_SERIAL,
    0xA436: COMMENT,  # ImageTitle
    0xA437: OWNER,  # Photographer
    0xA438: OWNER,  # ImageEditor
}
"""Private tags of the EXIF directory (EXIF 2.32 and 3.0)."""

_EXIF_POINTER, _GPS_POINTER, _THUMBNAIL_DIRECTORY = 0x8769, 0x8825, 1


def private_names(image: Image.Image) -> tuple[str, ...]:
    """What private metadata the header of ``image`` shows, as marked names, each once and in a stable order."""
    found: list[str] = []
    exif = exif_of(image)
    if any(tag != 0 for tag in exif.get_ifd(_GPS_POINTER)):
        found.append(GPS)
    found += [name for tag, name in EXIF_IFD.items() if exif.get_ifd(_EXIF_POINTER).get(tag)]
    found += [name for tag, name in IFD0.items() if exif.get(tag)]
    if image.format != "TIFF" and exif.get_ifd(_THUMBNAIL_DIRECTORY):
        found.append(THUMBNAIL)
    if image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"):
        found.append(XMP)
    if image.info.get("photoshop"):
        found.append(IPTC)
    if image.format == "MPO":
        found.append(FURTHER)
    if image.info.get("comment"):
        found.append(COMMENT)
    return tuple(dict.fromkeys(found))
