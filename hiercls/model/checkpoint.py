"""Find, check and load a MiniCPM-V checkpoint: a hub id, a local folder, or the bundled model.

No remote code, no torchvision, no pickle: native classes, the PIL image processor, safetensors.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from transformers import (
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

import hiercls
from hiercls.config import ModelSettings
from hiercls.errors import ModelError
from hiercls.model.attention import use_segment_attention
from hiercls.model.fingerprint import fingerprint
from hiercls.questions import PromptFormat

TINY = "tiny"
PROMPT_FORMAT_FILE = "prompt_format.json"
TRAINING_FILE = "training.json"
ARCHITECTURES = ("minicpmv4_6", "minicpmv4_7")
REQUIRED_FILES = (
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
)
_HUB_FILES = ["*.json", "*.safetensors", "*.jinja", "*.txt"]
_LARGE = 100_000_000  # parameters, from which on bfloat16 pays
_HUB_TIMEOUT_SECONDS = 10
_KERNEL_LOGGER = "transformers.integrations.hub_kernels"
_OLDER = ("minicpmv", "minicpmo")


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model with its tokenizer and image processor.

    Attributes:
        source: The name it was asked for by.
        folder: Where its files lie.
        downsample_mode: "16x" or "4x"; goes to the image processor and to the model.
        prompt_format: The form of question that it was trained on, or that was asked for.
        trained_plan: Hash of the one plan that it was trained on; None for a model that knows
            the world.
    """

    source: str
    folder: Path
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    image_processor: Any  # one of two backends' classes, without a common interface
    downsample_mode: str
    prompt_format: PromptFormat
    trained_plan: str | None = None

    @property
    def architecture(self) -> str:
        """The model type, "minicpmv4_6" or "minicpmv4_7"."""
        return str(self.model.config.model_type)


def load_checkpoint(source: str | Path, settings: ModelSettings = ModelSettings()) -> Checkpoint:
    """Load a checkpoint for inference.

    Args:
        source: A local folder, "tiny" for the bundled model, or a hub id.
        settings: Device, dtype and image settings.

    Raises:
        ModelError: Nothing is found there, files are missing or of another model, weights are
            incomplete, or the device is not to be had.
    """
    device = pick_device(settings.device)
    if device.type == "cpu":
        logging.getLogger(_KERNEL_LOGGER).addFilter(_is_no_kernel_advice)
    folder = find_checkpoint(source)
    config = check_files(folder)
    tokenizer, image_processor = load_processors(folder)
    with _quiet():
        dtype = pick_dtype(settings.dtype, device, num_parameters=_num_parameters(folder))
        model: Any = _load_model(folder, dtype)
        model = model.to(device)
    use_segment_attention(model)
    return Checkpoint(
        source=str(source),
        folder=folder,
        model=model.eval().requires_grad_(False),
        tokenizer=tokenizer,
        image_processor=image_processor,
        downsample_mode=pick_downsample_mode(settings, config, image_processor),
        prompt_format=_asked_for(read_prompt_format(folder), settings),
        trained_plan=read_trained_plan(folder),
    )


def load_processors(folder: Path) -> tuple[PreTrainedTokenizerBase, Any]:
    """The tokenizer and the image processor of a checkpoint.

    Raises:
        ModelError: One of them cannot be loaded.
    """
    with _quiet():
        tokenizer = _load("tokenizer", AutoTokenizer, folder)
        return tokenizer, _load("image processor", AutoImageProcessor, folder, backend="pil")


def pick_downsample_mode(
    settings: ModelSettings, config: dict[str, Any], image_processor: Any
) -> str:
    """The mode that a setting names, "16x" or "4x", or that of the checkpoint."""
    if settings.downsample_mode != "checkpoint":
        return settings.downsample_mode
    return str(config.get("downsample_mode") or image_processor.downsample_mode)


def find_checkpoint(source: str | Path) -> Path:
    """The folder of a checkpoint: a path first, then "tiny", then the hub and its cache.

    Raises:
        ModelError: There is none; the message says what was tried.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    if str(source) == TINY:
        return Path(hiercls.__file__).parent / "tiny" / "weights"
    if path.exists():
        raise ModelError(f"model {source} is a file; expected the folder of a checkpoint")
    return _download(str(source))


def _download(hub_id: str) -> Path:
    hint = "use --model tiny (bundled, needs no download) or --model DIR, or connect to the network"
    try:
        return Path(snapshot_download(hub_id, allow_patterns=_HUB_FILES, local_files_only=True))
    except HFValidationError:
        raise ModelError(f"model {hub_id!r} is neither a folder nor a hub id", hint=hint) from None
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(
            snapshot_download(hub_id, allow_patterns=_HUB_FILES, etag_timeout=_HUB_TIMEOUT_SECONDS)
        )
    except (HfHubHTTPError, OSError) as error:
        tried = "no such folder, not in the local hub cache, not to be had from the hub"
        raise ModelError(
            f"model {hub_id} not found: {tried} ({_reason(error)})", hint=hint
        ) from error


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    return " ".join(str(cause).split())[:200] or type(cause).__name__


def check_files(folder: Path) -> dict[str, Any]:
    """The checkpoint's config.json, once every file is there that loading needs.

    Raises:
        ModelError: A file is missing or unreadable, the weights are not safetensors, or the
            model is of another family.
    """
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder}: no {missing[0]}; expected the folder of a MiniCPM-V checkpoint"
        )
    config = _read_json(folder / "config.json")
    kind = config.get("model_type")
    if kind not in ARCHITECTURES:
        hint = None
        if isinstance(kind, str) and kind.startswith(_OLDER):
            hint = "older MiniCPM-V run remote code, which hiercls never loads; use 4.6 or 4.7"
        expected = " or ".join(ARCHITECTURES)
        raise ModelError(f"{folder}: model type is {kind!r}; expected {expected}", hint=hint)
    if not any(folder.glob("*.safetensors")):
        found = "pickled weights" if any(folder.glob("*.bin")) else "no weights"
        raise ModelError(f"{folder}: {found}; expected *.safetensors")
    return config


def read_prompt_format(folder: Path) -> PromptFormat:
    """The form of question that a checkpoint was trained on; the default where it says nothing."""
    path = folder / PROMPT_FORMAT_FILE
    return PromptFormat.from_dict(_read_json(path)) if path.is_file() else PromptFormat()


def _asked_for(prompt_format: PromptFormat, settings: ModelSettings) -> PromptFormat:
    return replace(
        prompt_format,
        order=settings.order or prompt_format.order,
        answer=settings.answer or prompt_format.answer,
        name_score=settings.name_score or prompt_format.name_score,
    )


def read_trained_plan(folder: Path) -> str | None:
    """Hash of the plan that base training taught, where that is all a checkpoint knows."""
    path = folder / TRAINING_FILE
    return _read_json(path).get("plan") if path.is_file() else None


def checkpoint_hashes(folder: Path) -> dict[str, str]:
    """Hashes of the `model` and its `prompt`: what adapters and a calibration must agree with."""
    check_files(folder)
    return {"prompt": read_prompt_format(folder).hash, "model": fingerprint(folder)}


def pick_device(name: str) -> torch.device:
    """The device that a setting names; "auto" takes CUDA, then MPS, then the CPU.

    Raises:
        ModelError: The device is not to be had on this machine.
    """
    has = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next((kind for kind, there in has.items() if there), "cpu")
    if not has.get(name.split(":")[0], True):
        raise ModelError(f"device {name} is not to be had here", hint="use --device cpu")
    try:
        return torch.device(name)
    except RuntimeError:
        expected = "expected cpu, cuda, cuda:1 or mps"
        raise ModelError(f"device {name!r} is not understood; {expected}") from None


def pick_dtype(name: str, device: torch.device, *, num_parameters: int) -> torch.dtype:
    """The dtype that a setting names; "auto" takes bfloat16 where it is fast and worth it."""
    if name != "auto":
        dtype: torch.dtype = getattr(torch, name)
        return dtype
    if num_parameters < _LARGE:
        return torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device.type == "mps":
        return torch.float16
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def _num_parameters(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.safetensors")) // 2


def _load_model(folder: Path, dtype: torch.dtype) -> PreTrainedModel:
    model: PreTrainedModel
    model, info = _load(
        "model",
        AutoModelForImageTextToText,
        folder,
        dtype=dtype,
        use_safetensors=True,
        output_loading_info=True,
    )
    for what in ("missing_keys", "mismatched_keys", "unexpected_keys"):
        if info[what]:
            names = sorted(str(key) for key in info[what])
            found = f"{len(names)} {what.replace('_', ' ')}, such as {names[0]}"
            raise ModelError(f"{folder}: weights do not fit config.json: {found}")
    return model


def _load(what: str, loader: Any, folder: Path, **options: Any) -> Any:
    """A part of the checkpoint; whatever the library raises becomes one line."""
    try:
        return loader.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )
    except Exception as error:  # each reader has errors of its own, without a common base
        raise ModelError(f"{folder}: the {what} cannot be loaded: {_reason(error)}") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: not readable as JSON: {_reason(error)}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path}: found {type(content).__name__}; expected an object")
    return content


def _is_no_kernel_advice(record: logging.LogRecord) -> bool:
    # The packages that the library advises to install run on accelerators only.
    return "falling back to its reference PyTorch implementation" not in record.getMessage()


@contextmanager
def _quiet() -> Iterator[None]:
    """Loading without the library's bars and advice on stderr."""
    level = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()
