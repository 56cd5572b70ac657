"""What travels in the packaged application and what does not. Knows nothing of PyInstaller."""

from __future__ import annotations

import re

#: Both have ONNX Runtime, which runs the networks. The researchers' has torch besides: for graphics cards,
#: for the gradient map and for ECGTwin's published weights.
EDITIONS = ("standard", "research")
IDENTIFIER = "org.ecgtwin.desktop"
NAME = "ECGTwin Desktop"

#: Rooms that need data sets and a source tree around them.
_SOURCE_ONLY = ("ecgtwin_app.training", "ecgtwin_app.evaluation")
#: Of scipy only what reads MATLAB files travels, a tenth of it; linear algebra, with its own BLAS, does not.
_SCIPY = (
    "cluster", "constants", "datasets", "differentiate", "fft", "fftpack", "integrate", "interpolate",
    "linalg", "io._fast_matrix_market._fmm_core", "misc", "ndimage", "odr", "optimize", "signal",
    "sparse.csgraph", "sparse.linalg", "spatial", "special", "stats",
)  # fmt: skip
#: Imported by a library somewhere, and never in what is called here.
_NEVER_CALLED = (
    "_hashlib", "_ssl", "distutils", "fsspec", "IPython", "jinja2", "lib2to3", "matplotlib", "mpl_toolkits",
    "mpmath", "networkx", "pandas", "PIL", "pip", "pyarrow", "pydoc_data", "pytest", "ray", "readline", "setuptools",
    "sqlite3", "ssl", "sympy", "tkinter", "wheel", "yaml", "PySide6.QtDBus", "PySide6.QtNetwork",
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtQml", "PySide6.QtQuick", "zarr",
)  # fmt: skip
#: What compiles, exports, trains and spreads networks over machines is not called; importing it would take a third of
#: torch's modules along.
_TORCH_UNUSED = (
    "torch._dynamo",
    "torch._inductor",
    "torch.onnx",
    "torch.utils.tensorboard",
    "torch.utils.benchmark",
    "torch._export.serde", "torch._vendor.quack", "torch.ao.ns", "torch.ao.quantization.fx", "torch.distributed._local_tensor",
    "torch.distributed._shard", "torch.distributed._symmetric_memory", "torch.distributed._tools",
    "torch.distributed.algorithms.ddp_comm_hooks", "torch.distributed.checkpoint", "torch.distributed.elastic",
    "torch.distributed.fsdp", "torch.distributed.launcher", "torch.distributed.nn", "torch.distributed.optim",
    "torch.distributed.pipelining", "torch.distributed.tensor", "torch.sparse._triton_ops", "torch.sparse._triton_ops_meta",
    "torch.testing._internal.optests", "torch.utils.cpp_extension", "torch.utils.hipify",
)  # fmt: skip
_TORCH = ("torch", "captum", "functorch", "torchgen", "tqdm")

#: Files that never travel, by their place in the folder.
_DROPPED = (
    r"^torch/(test|include|share)/",
    r"^torch/bin/(?!torch_shm_manager$)",  # without this one torch refuses to be imported
    r"^torch/lib/lib(torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops)",
    r"^torch/.*\.(pyi|h|hpp|cuh|cmake|a|lib|jinja)$",
    # The library for programs in C; Python's module has it in itself.
    r"^onnxruntime/capi/libonnxruntime\.so",
    r"^onnxruntime/(datasets|quantization|tools|transformers)/",
    r"^PySide6/Qt/(qml|metatypes|libexec|resources)/",
    # Qt's own words: those of our languages, which are in qtbase.
    r"^PySide6/Qt/translations/(?!qtbase_(de|en)\.qm$)",
    r"^PySide6/(translations|qml)/(?!qtbase_(de|en)\.qm$)",
    r"(^|/)plugins/(egldeviceintegrations|generic|networkinformation|platforminputcontexts|qmltooling|tls)/",
    r"(^|/)plugins/(sqldrivers|virtualkeyboard|wayland-graphics-integration-server|xcbglintegrations)/",
    # Nothing here is drawn by OpenGL; under Wayland as under X11 the window is handed over as a picture.
    r"(^|/)plugins/wayland-graphics-integration-client/",
    r"^numpy/_core/_multiarray_tests",
    # GTK of the machine that builds would travel with it; the desktop's portal does the same.
    r"(^|/)plugins/platformthemes/libqgtk3",
    r"(^|/)plugins/platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\.",
    # Pictures that Qt cannot read by itself and that nothing here shows; SVG is the icons'.
    r"(^|/)plugins/imageformats/(lib)?q(gif|icns|ico|jpeg|pdf|tga|tiff|wbmp|webp)\.",
    r"^(tcl|tk|share/(icons|themes|glib-2\.0))/",
    r"^pydicom/data/(?!test_files/waveform_ecg\.dcm$|\w+\.json$)",
    # What every desktop of Linux has, and what has to be the machine's own: its graphics drivers bring the
    # same, its fonts and its printers are asked through it. What these need in turn stays behind with them;
    # the Debian package depends on it.
    r"^lib(cups|dbus-1|fontconfig|freetype|gcc_s|glib-2\.0|gthread-2\.0|mvec|stdc\+\+|X11|X11-xcb|zstd)\.so",
    r"\.dist-info/(?!METADATA$)",
)

#: Weights of which ONNX Runtime reads a file of its own.
_FOR_TORCH = re.compile(r"^weights/(rhythm|recogniser|sssd/sssd|diffecg/diffecg)\.safetensors$")


def is_packaged(module: str) -> bool:
    """Whether a module of the program goes into the packaged application."""
    return not any(module == room or module.startswith(f"{room}.") for room in _SOURCE_ONLY)


def left_out(edition: str) -> list[str]:
    """Modules that must not be collected, whoever imports them."""
    torch = _TORCH if edition == "standard" else _TORCH_UNUSED
    return [*_SOURCE_ONLY, *_NEVER_CALLED, *(f"scipy.{name}" for name in _SCIPY), *torch]


def is_dropped(place: str, edition: str) -> bool:
    """Whether a collected file stays behind, by its place in the folder."""
    place = place.replace("\\", "/")
    if edition == "standard" and _FOR_TORCH.search(place):
        return True
    return any(re.search(pattern, place) for pattern in _DROPPED)


def programs(platform: str) -> list[tuple[str, bool]]:
    """Names of the executables, and whether each has a console."""
    if platform == "win32":
        return [("ecgtwin", True), (NAME, False)]
    return [("ecgtwin", platform != "darwin")]
