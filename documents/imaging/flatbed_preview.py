# SPDX-License-Identifier: GPL-3.0-only
"""Finds the sheets and cards on a preview of the scanner's flatbed.
Used by filing, in a worker process.

The lid is learned from the picture's rim; what differs from it and fills its own outline is a
sheet. Print without a visible sheet around it (white paper under a white lid) is one area with
a wide margin, never several: a letter must not be cut between its paragraphs. When in doubt the
whole flatbed is proposed.
"""

from __future__ import annotations

import io

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from documents.imaging.page_box import PageBox
from session.core.errors import PageUnreadable

type Mask = NDArray[np.bool_]
type Levels = NDArray[np.float64]

MAX_PREVIEW_PX = 4_000_000
"""A4 at 75 dpi has half a million; a larger picture is no accident."""
MAX_AREAS = 12
_WORK_PX = 440
_RIM_PX = 4
_INLIER, _STEP = 9.0, 11.0
_SMALLEST_SHARE, _LARGEST_SHARE = 0.006, 0.72
_SOLID = 0.62
_MARGIN, _WIDE_MARGIN = 0.008, 0.045
_INK_SHARE = 0.002
_NARROWEST = 0.06
_JUMP = 14.0
_EDGE_SHARE = 0.8


class FlatbedPreview(msgspec.Struct, frozen=True, kw_only=True):
    """A preview made safe to show, and what lies there:
    boxes as fractions of the picture, in reading order.

    No box: the whole flatbed.
    """

    jpeg: bytes
    width_px: int
    height_px: int
    areas: tuple[tuple[float, float, float, float], ...] = ()


def check_flatbed(data: bytes) -> FlatbedPreview:
    """Decodes a preview of the whole flatbed and finds what lies on it.

    Raises:
        PageUnreadable: no picture, or far too large for a preview.
    """
    picture = _opened(data)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    boxes = find_sheets(picture)
    return FlatbedPreview(
        jpeg=out.getvalue(),
        width_px=picture.width,
        height_px=picture.height,
        areas=tuple((box.left, box.top, box.right, box.bottom) for box in boxes),
    )


def _opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "WEBP", "PNG"))
        if picture.width * picture.height > MAX_PREVIEW_PX:
            raise PageUnreadable(width_px=picture.width, height_px=picture.height)
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PageUnreadable(size_bytes=len(data)) from error


def find_sheets(picture: Image.Image) -> list[PageBox]:
    """The sheets on a picture of the whole flatbed, from top to bottom; none:
    nothing certain, take it whole.
    """
    small = picture.convert("RGB")
    factor = max(1, round(max(small.size) / _WORK_PX))
    small = small.reduce(factor).filter(ImageFilter.MedianFilter(3))
    pixels = np.asarray(small, np.float64)
    away = _away_from_lid(pixels)
    if away is None:
        return []
    outlines = _outlines(away > _STEP, _edges(pixels.mean(axis=2)))
    height, width = away.shape
    narrowest = _NARROWEST * max(height, width)
    certain = [
        solid >= _SOLID and min(box[2] - box[0], box[3] - box[1]) >= narrowest
        for box, solid, _share in outlines
    ]
    sheets = [
        box
        for (box, _solid, share), sure in zip(outlines, certain, strict=True)
        if sure and share >= _SMALLEST_SHARE
    ]
    loose = [
        box
        for (box, _solid, share), sure in zip(outlines, certain, strict=True)
        if not sure and share >= _INK_SHARE
    ]
    loose = [box for box in loose if not any(_holds(sheet, box) for sheet in sheets)]
    if loose:  # print without a sheet that we can see: all together, with room around
        sheets = [_around([*sheets, *loose])]
        margin = _WIDE_MARGIN
    else:
        margin = _MARGIN
    boxes = _merged([_grown(box, margin * max(height, width), width, height) for box in sheets])
    page_boxes = [
        PageBox(left_edge / width, top / height, right / width, bottom / height)
        for left_edge, top, right, bottom in boxes
    ]
    if any((box.right - box.left) * (box.bottom - box.top) > _LARGEST_SHARE for box in page_boxes):
        return []
    return sorted(page_boxes[:MAX_AREAS], key=lambda box: (round(box.top * 6), box.left))


type _Place = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of the working picture."""


def _away_from_lid(pixels: Levels) -> Levels | None:
    """Return the distance of each pixel from the lid, a smooth surface fitted to the rim and to
    all that looks like it.
    """
    height, width = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)
    rim = np.zeros((height, width), bool)
    rim[:_RIM_PX] = rim[-_RIM_PX:] = True
    rim[:, :_RIM_PX] = rim[:, -_RIM_PX:] = True
    grey = pixels.mean(axis=2)
    counts, edges = np.histogram(grey[rim], bins=32, range=(0, 256))
    mode = (edges[counts.argmax()] + edges[counts.argmax() + 1]) / 2
    lid = rim & (np.abs(grey - mode) < 3 * _INLIER)
    away = np.zeros((height, width))
    for _round in range(4):
        if lid.sum() < 0.02 * lid.size:
            return None
        chosen = terms[lid][::7]
        surface = np.stack(
            [
                terms @ np.linalg.lstsq(chosen, pixels[..., band][lid][::7], rcond=None)[0]
                for band in range(3)
            ],
            axis=-1,
        )
        away = np.abs(pixels - surface).max(axis=2)
        lid = away < _INLIER
    return away


def _closed(mask: Mask, reach_px: int) -> Mask:
    """Small gaps are closed: the print of a line, the rim of a card."""
    size = 2 * reach_px + 1
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    padded = Image.new("L", (image.width + 2 * size, image.height + 2 * size))
    padded.paste(image, (size, size))
    padded = padded.filter(ImageFilter.MaxFilter(size)).filter(ImageFilter.MinFilter(size))
    return np.asarray(padded)[size:-size, size:-size] > np.uint8(127)


def _edges(grey: Levels) -> Mask:
    """Return the places where brightness jumps; the lid's shadow only slopes."""
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    down[1:-1] = grey[2:] - grey[:-2]
    jumps: Mask = np.maximum(np.abs(across), np.abs(down)) > _JUMP
    return jumps


def _outlines(raw: Mask, jumps: Mask) -> list[tuple[_Place, float, float]]:
    """(box, part of its outline's inside that is filled, share of the picture) of each connected
    part that has edges.

    Solid is what differs from the lid all over:
    paper of another white does, a paragraph has the lid's white between its lines. A sheet laid
    askew is as solid as a straight one.
    """
    mask = _closed(raw, 3)
    labels = _labelled(mask)
    outlines = []
    for label in range(1, labels.max(initial=0) + 1):
        rows, columns = np.nonzero(labels == label)
        if len(rows) < 12 or jumps[rows, columns].sum() < max(6, _EDGE_SHARE * len(rows) ** 0.5):
            continue
        top = rows.min()
        bottom = rows.max() + 1
        left_edge = columns.min()
        right = columns.max() + 1
        part = labels[top:bottom, left_edge:right] == label
        hull = _hull_area(part)
        inside = float((raw[top:bottom, left_edge:right] & part).sum())
        share = hull / mask.size
        outlines.append(
            (
                (float(left_edge), float(top), float(right), float(bottom)),
                inside / max(1.0, hull),
                share,
            )
        )
    return outlines


def _hull_area(part: Mask) -> float:
    """Area of the smallest rectangle around the part, at the best of a few angles."""
    rows, columns = np.nonzero(part)
    best = float(part.size)
    for degrees in range(-15, 16, 3):
        angle = np.deg2rad(degrees)
        u = columns * np.cos(angle) + rows * np.sin(angle)
        v = rows * np.cos(angle) - columns * np.sin(angle)
        best = min(best, float((np.ptp(u) + 1) * (np.ptp(v) + 1)))
    return best


def _labelled(mask: Mask) -> NDArray[np.int_]:
    """Connected parts, numbered from 1:
    runs of each row joined to those above (eight neighbours).
    """
    parents: list[int] = [0]

    def root(label: int) -> int:
        while parents[label] != label:
            parents[label] = parents[parents[label]]
            label = parents[label]
        return label

    labels = np.zeros(mask.shape, np.int_)
    above: list[tuple[int, int, int]] = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
        runs: list[tuple[int, int, int]] = []
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            touching = {
                root(label)
                for run_start, right, label in above
                if run_start <= end and right >= start
            }
            if touching:
                label = min(touching)
            else:
                label = len(parents)
            if not touching:
                parents.append(label)
            for other in touching:
                parents[other] = label
            labels[row, start:end] = label
            runs.append((start, end, label))
        above = runs
    roots = np.array([root(label) for label in range(len(parents))])
    numbers = {old: new for new, old in enumerate(sorted(set(roots.tolist()) - {0}), start=1)}
    table = np.array([numbers.get(old, 0) for old in roots.tolist()])
    numbered: NDArray[np.int_] = table[labels]
    return numbered


def _holds(outer: _Place, inner: _Place) -> bool:
    return (
        outer[0] <= inner[0] + 1
        and outer[1] <= inner[1] + 1
        and outer[2] + 1 >= inner[2]
        and outer[3] + 1 >= inner[3]
    )


def _around(boxes: list[_Place]) -> _Place:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _grown(box: _Place, margin: float, width: int, height: int) -> _Place:
    left_edge, top, right, bottom = box
    return (
        max(0.0, left_edge - margin),
        max(0.0, top - margin),
        min(width, right + margin),
        min(height, bottom + margin),
    )


def _merged(boxes: list[_Place]) -> list[_Place]:
    """Boxes that lie over each other become one."""
    merged = sorted(boxes)
    while True:
        for first, second in (
            (a, b) for place, a in enumerate(merged) for b in merged[place + 1 :]
        ):
            if (
                first[0] < second[2]
                and second[0] < first[2]
                and first[1] < second[3]
                and second[1] < first[3]
            ):
                merged = sorted(
                    [box for box in merged if box not in (first, second)]
                    + [_around([first, second])]
                )
                break
        else:
            return merged
