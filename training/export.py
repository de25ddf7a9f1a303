"""``python -m training.export NAME``: a trained network as the ONNX file that the program ships.

Plain convolutions, weights at half precision, which the program's runtime widens once when it loads them.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from training.evaluate import MODELS
from training.network import Enlarger
from training.recipes import RECIPES
from training.train import FOLDER

OPSET: Final = 17
VERSION: Final = "1"


def main() -> None:
    """Export what the command line names from ``build/training`` into ``resources/models``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=RECIPES)
    recipe = RECIPES[parser.parse_args().name]
    net = Enlarger(recipe.factor, recipe.channels, recipe.depth)
    net.load_state_dict(torch.load(FOLDER / f"{recipe.name}.pt", weights_only=True))
    export(net, MODELS / f"{recipe.name}.onnx", VERSION)


def export(net: Enlarger, file: Path, version: str) -> None:
    """Write ``net``: input ``x`` 1×3×H×W, 0 to 1, output ``y`` 1×3×fH×fW, both float32."""
    layers = [(net.first.weight, net.first.bias), *(layer.merged() for layer in net.middle)]
    layers.append((net.last.weight, net.last.bias))
    nodes, weights = [], []

    def constant(name: str, value: torch.Tensor) -> str:
        weights.append(numpy_helper.from_array(value.detach().numpy().astype(np.float16), f"{name}_half"))
        nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
        return name

    at = "x"
    for n, (weight, bias) in enumerate(layers):
        names = [at, constant(f"w{n}", weight), constant(f"b{n}", bias)]
        nodes.append(helper.make_node("Conv", names, [f"c{n}"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]))
        at = f"c{n}"
        if n < len(layers) - 1:
            nodes.append(helper.make_node("LeakyRelu", [at], [f"a{n}"], alpha=net.slope))
            at = f"a{n}"
    repeated = np.arange(3, dtype=np.int64).repeat(net.factor**2)
    weights.append(numpy_helper.from_array(repeated, "repeat"))
    nodes.append(helper.make_node("Gather", ["x", "repeat"], ["base"], axis=1))
    nodes.append(helper.make_node("Add", [at, "base"], ["sum"]))
    nodes.append(helper.make_node("DepthToSpace", ["sum"], ["y"], blocksize=net.factor, mode="CRD"))
    graph = helper.make_graph(
        nodes,
        file.stem,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, "height_out", "width_out"])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="overscan-training")
    model.ir_version = 9
    helper.set_model_props(model, {"factor": str(net.factor), "reach": str(net.reach), "version": version})
    onnx.checker.check_model(model, full_check=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(file))


if __name__ == "__main__":
    main()
