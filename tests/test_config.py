from __future__ import annotations

import pytest

from hiercls.config import ModelSettings
from hiercls.errors import ConfigError


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"device": "gpu"}, "device is 'gpu'; expected one of auto, cpu, cuda, mps"),
        ({"dtype": "fp16"}, "dtype is 'fp16'; expected one of auto, float32, bfloat16, float16"),
        ({"downsample_mode": "8x"}, "downsample_mode is '8x'; expected one of checkpoint, 16x, 4x"),
        ({"batch_size": 0}, "batch_size is 0; expected a whole number of at least 1"),
        ({"max_slice_nums": True}, "max_slice_nums is True; expected a whole number"),
        ({"answer": "word"}, "answer is 'word'; expected one of letter, pair, name"),
        ({"name_floor": 1}, "name_floor is 1; expected 0 to less than 1"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(setting: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ModelSettings(**setting)  # type: ignore[arg-type]


def test_one_of_several_cuda_devices_can_be_named() -> None:
    assert ModelSettings(device="cuda:1").device == "cuda:1"
