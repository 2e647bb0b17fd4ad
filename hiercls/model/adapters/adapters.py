"""Adapters in a loaded model: any number of them, switched without loading anything."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from torch import nn

from hiercls.config import TUNED, AdapterSettings
from hiercls.errors import ModelError
from hiercls.model.adapters.manifest import SHARED

# Bare names would match the vision tower as well.
_NAMES = {
    "attention": "q_proj|k_proj|v_proj|o_proj",
    "linear-attention": "in_proj_qkv|in_proj_z|in_proj_a|in_proj_b|out_proj",
    "mlp": "gate_proj|up_proj|down_proj",
}
_MERGERS = r"(vit_merger|merger)\..*(q_proj|k_proj|v_proj|out_proj|linear_1|linear_2)"
_TOWER = (
    r"(vision_tower\.(embeddings\.patch_embedding|"
    r"(encoder|vit_merger)\..*(q_proj|k_proj|v_proj|out_proj|fc1|fc2|linear_1|linear_2))"
    r"|merger\..*(linear_1|linear_2))"
)


class Adapters:
    """The adapters of a model, by name.

    At most one of the levels' adapters is on at a time, and it is off again when its work is
    done; the one called "shared", which lies before the language model, is always on.

    Args:
        model: A MiniCPM-V with its language head. Its linear modules are replaced in place by
            such as can carry an adapter.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model: Any = model
        self._peft: Any = None
        self._switched: list[LoraLayer] = []

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all adapters that are there."""
        return () if self._peft is None else tuple(self._peft.peft_config)

    def add(self, name: str, config: LoraConfig, *, seed: int = 0) -> None:
        """Add an adapter that changes nothing yet."""
        with torch.random.fork_rng(devices=[]), _quiet():
            torch.manual_seed(seed)
            if self._peft is None:
                self._peft = PeftModel(self._model, config, adapter_name=name)
            else:
                self._peft.add_adapter(name, config)
        for own in self.names:  # adding one makes the others constant
            for parameter in self.parameters(own):
                parameter.requires_grad_()
        self._settle()

    def load(self, name: str, folder: Path) -> None:
        """Add the adapter of a folder in the form of PEFT."""
        device = str(self._model.device)
        with _quiet():
            if self._peft is None:
                self._peft = PeftModel.from_pretrained(
                    self._model, str(folder), adapter_name=name, torch_device=device
                )
            else:
                self._peft.load_adapter(str(folder), adapter_name=name, torch_device=device)
        self._settle()

    @contextmanager
    def on(self, name: str | None) -> Iterator[None]:
        """Read with an adapter, or with none."""
        if name is None:
            yield
            return
        self._switch(name)
        try:
            yield
        finally:
            self._switch(None)

    def parameters(self, name: str) -> list[nn.Parameter]:
        """The weights of an adapter, always in the same order."""
        own = f".{name}."
        return [
            parameter
            for key, parameter in self._model.named_parameters()
            if own in f"{key}." and "lora_" in key
        ]

    def weights(self, name: str) -> dict[str, torch.Tensor]:
        """The weights of an adapter under the names that PEFT saves them by."""
        state: dict[str, torch.Tensor] = get_peft_model_state_dict(
            self._peft, adapter_name=name, save_embedding_layers=False
        )
        return {key: tensor.detach().contiguous() for key, tensor in state.items()}

    def restore(self, name: str, weights: Mapping[str, torch.Tensor]) -> None:
        """Set the weights of an adapter to such as `weights` returned."""
        set_peft_model_state_dict(self._peft, dict(weights), adapter_name=name)

    def config(self, name: str) -> LoraConfig:
        """The settings of an adapter, as PEFT saves them."""
        config: LoraConfig = self._peft.peft_config[name]
        return config

    def set_dropout(self, *, is_on: bool) -> None:
        """Leave inputs of the adapters out, as in training, or none."""
        for module in self._model.modules():
            if isinstance(module, LoraLayer):
                module.lora_dropout.train(is_on)

    def merge(self, name: str) -> nn.Module:
        """Return the model with an adapter, and the shared one, added to its own weights."""
        names = [own for own in (SHARED, name) if own in self.names]
        for module in self._model.modules():
            if isinstance(module, LoraLayer):
                module.enable_adapters(True)
        merged: nn.Module = self._peft.merge_and_unload(adapter_names=names)
        return merged

    def _settle(self) -> None:
        """Know the layers that are switched, and switch them off."""
        layers = [
            (name, layer)
            for name, layer in self._model.named_modules()
            if isinstance(layer, LoraLayer)
        ]
        self._switched = [layer for name, layer in layers if "language_model" in name]
        for name, layer in layers:
            if "language_model" not in name:
                layer.set_adapter(SHARED)
        self._switch(self.names[-1])
        is_on = {tuple(layer.active_adapters) for layer in self._switched}
        self._switch(None)
        is_off = {layer.disable_adapters for layer in self._switched}
        if (is_on, is_off) not in (({(self.names[-1],)}, {True}), (set(), set())):
            raise ModelError("this release of peft does not switch adapters; expected 0.18 to 0.21")

    def _switch(self, name: str | None) -> None:
        """Switch one adapter on, or all off.

        PEFT's own way goes through all weights to say which of them need gradients: a hundred
        times as long, and too long for every batch.
        """
        for layer in self._switched:
            layer._disable_adapters = name is None
            if name is not None:
                layer._active_adapter = [name]


@contextmanager
def _quiet() -> Iterator[None]:
    """PEFT asks the library for what the library calls by a new name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
        yield


def level_config(settings: AdapterSettings, model: str) -> LoraConfig:
    """Return PEFT's settings of a level's adapter."""
    names = "|".join(_NAMES[target] for target in settings.targets)
    return _config(settings, rf".*language_model\.layers\..*\.({names})", model)


def shared_config(settings: AdapterSettings, model: str) -> LoraConfig:
    """Return PEFT's settings of the adapter before the language model."""
    return _config(settings, ".*" + (_MERGERS if settings.tune == TUNED[1] else _TOWER), model)


def _config(settings: AdapterSettings, target: str, model: str) -> LoraConfig:
    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha if settings.alpha is not None else 2 * settings.rank,
        lora_dropout=settings.dropout,
        target_modules=target,
        use_rslora=settings.variant == "rslora",
        use_dora=settings.variant == "dora",
        base_model_name_or_path=model,
    )
