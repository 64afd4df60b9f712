"""How programs post callbacks: whole requests, byte by byte as each program writes them, and what has to come of each.

Every request tells of the same order (`shape.ORDER`), and is posted with a good token of an order of its own. What it
told shows when the plain JSON of the same is posted after it: the answer says whether the receiver knew it already.
"""

from . import coded, forms, framing, jsons, multipart, nearly
from .shape import run

FAMILIES = {"JSON": jsons.SHAPES, "form": forms.SHAPES, "multipart": multipart.SHAPES, "coded": coded.SHAPES,
            "nearly right": nearly.SHAPES, "framing": framing.SHAPES}
SHAPES = [(f"{family}: {shape.name}", shape) for family, shapes in FAMILIES.items() for shape in shapes]

__all__ = ["SHAPES", "run"]
