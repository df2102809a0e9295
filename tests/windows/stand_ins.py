# SPDX-License-Identifier: GPL-3.0-only
"""Stand-ins for what wine 10 lacks and each Windows has: ICU's converters (`icuuc.dll`), which
Qt's core asks for, and complex numbers of the C library, which numpy asks for.

Made by mingw, put into the wine prefix only; never into a package. A file that asks for the C
library's mathematics gets another name of that library written into its copy there.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from installers.windows.libraries import imports_of

COMPILER = "x86_64-w64-mingw32-gcc"

CONVERTERS = """
#define E __declspec(dllexport)
E void *ucnv_open(const char *name, int *error) { *error = 4; return 0; } /* U_FILE_ACCESS_ERROR */
E void ucnv_close(void *c) {}
E void ucnv_reset(void *c) {}
E signed char ucnv_getMaxCharSize(void *c) { return 4; }
E const char *ucnv_getName(void *c, int *error) { return ""; }
E int ucnv_toUCountPending(void *c, int *error) { return 0; }
E int ucnv_fromUCountPending(void *c, int *error) { return 0; }
E const char *ucnv_getStandardName(void) { return 0; }
E const char *ucnv_getAvailableName(int n) { return 0; }
E int ucnv_countAvailable(void) { return 0; }
E void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
E void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
E void ucnv_getToUCallBack(void) {}
E void ucnv_getFromUCallBack(void) {}
E void ucnv_setToUCallBack(void) {}
E void ucnv_setFromUCallBack(void) {}
E void ucnv_cbToUWriteUChars(void) {}
E void ucnv_cbFromUWriteUChars(void) {}
E void ucnv_toUnicode(void) {}
E void ucnv_fromUnicode(void) {}
"""

COMPLEX = """
#include <math.h>
typedef struct { float r, i; } F;
typedef struct { double r, i; } D;
float crealf(F z) { return z.r; }
float cimagf(F z) { return z.i; }
double creal(D z) { return z.r; }
double cimag(D z) { return z.i; }
float cargf(F z) { return atan2f(z.i, z.r); }
double carg(D z) { return atan2(z.i, z.r); }
float cabsf(F z) { return (float)hypot(z.r, z.i); }
double cabs(D z) { return hypot(z.r, z.i); }
"""
OURS = frozenset({"crealf", "cimagf", "creal", "cimag", "cargf", "carg", "cabsf", "cabs"})
MATHEMATICS, STAND_IN = "api-ms-win-crt-math-l1-1-0.dll", "wine-shim-crt-math-l1-1-00.dll"


def stand_in(prefix: Path, installed: Path, work: Path) -> list[str]:
    """Makes them and puts them into a prefix; the names of the files that were changed there."""
    system = prefix / "drive_c/windows/system32"
    _make(work / "icuuc.c", CONVERTERS, system / "icuuc.dll")
    asking, functions = [], set(OURS)
    for file in sorted(installed.rglob("*.pyd")):
        asked = set(imports_of(file.read_bytes()).get(MATHEMATICS, []))
        if asked & OURS:
            asking.append(file)
            functions |= asked
    exports = work / "mathematics.def"
    exports.write_text(
        "EXPORTS\n"
        + "".join(f"{n}\n" if n in OURS else f"{n} = ucrtbase.{n}\n" for n in sorted(functions))
    )
    _make(work / "mathematics.c", COMPLEX, system / STAND_IN, exports)
    for file in asking:
        data = file.read_bytes()
        file.write_bytes(data.replace(MATHEMATICS.encode(), STAND_IN.encode()))
    return [file.name for file in asking]


def _make(source: Path, text: str, library: Path, *more: Path) -> None:
    source.write_text(text)
    command = [COMPILER, "-fno-builtin", "-w", "-shared", "-o", library, source, *more]
    subprocess.run([str(word) for word in command], check=True)
