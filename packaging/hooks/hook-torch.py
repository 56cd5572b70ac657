"""Instead of PyInstaller's own hook, which takes all of torch along: what is imported, and the libraries it loads by name."""

from pathlib import Path

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, get_package_paths

_folder = Path(get_package_paths("torch")[1])
#: Bytecode only, for nothing here is compiled by TorchScript. But torch's modules of settings read their own sources, and
#: those with functions of several signatures warn when they cannot.
module_collection_mode = {
    "torch": "pyz",
    **{
        ".".join(path.relative_to(_folder.parent).with_suffix("").parts): "pyz+py"
        for path in (*_folder.rglob("*config.py"), *_folder.glob("*.py"), *(_folder / "nn").rglob("*.py"))
        if "install_config_module(" in (text := path.read_text("utf-8"))
        or "jit_internal" in text
        and "_overload" in text
    },
}
warn_on_missing_hiddenimports = False

binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
# Links beside the program confuse torch about where its libraries lie.
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]

_manager = _folder / "bin" / "torch_shm_manager"
if _manager.is_file():  # on Linux torch looks for it when it is imported
    binaries.append((str(_manager), "torch/bin"))
