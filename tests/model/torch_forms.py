"""Writes one network's weights with PyTorch in the forms that its users have them in.

usage: python torch_forms.py SHAPES.json FOLDER

SHAPES.json holds the official names with shapes, in the order of the state_dict, and the names of the heads.
plain.pth is the state_dict as it is; the other files hold the same weights. Files of the safetensors library
are written where it is installed.
"""

import argparse
import copy
import json
import pathlib
import sys

import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

shapes = json.load(open(sys.argv[1]))
folder = pathlib.Path(sys.argv[2])
torch.manual_seed(1)


class Node(nn.Module):
    """A module of which only the names matter."""


def network():
    root = Node()
    for name, shape in shapes["tensors"].items():
        *path, leaf = name.split(".")
        parent = root
        for depth, part in enumerate(path):
            if part not in parent._modules:
                layer = ".".join(path[: depth + 1])
                size = shapes["heads"].get(layer)
                parent.add_module(part, nn.Linear(*size) if size else Node())
            parent = parent._modules[part]
        if isinstance(parent, nn.Linear):
            continue
        if leaf == "running_mean":
            parent.register_buffer(leaf, torch.randn(shape))
        elif leaf == "running_var":
            parent.register_buffer(leaf, torch.rand(shape) + 0.5)
            parent.register_buffer("num_batches_tracked", torch.tensor(12))
        else:
            parent.register_parameter(leaf, nn.Parameter(torch.randn(shape)))
    return root


def wrapped(name, module):
    parent = Node()
    parent.add_module(name, module)
    return parent


def save(name, value, **options):
    torch.save(value, folder / name, **options)


model = network()
state = model.state_dict()
floats = lambda convert: {k: convert(v) if v.is_floating_point() else v for k, v in state.items()}
fresh = lambda: copy.deepcopy(model)

save("plain.pth", state)
save("old_format.pth", state, _use_new_zipfile_serialization=False)
save("protocol_5.pth", state, pickle_protocol=5)
save("bfloat16.pth", floats(lambda v: v.bfloat16()))
save("half.pth", floats(lambda v: v.half()))
save("double.pth", floats(lambda v: v.double()))
save("mixed.pth", floats(lambda v: v.bfloat16() if v.dim() > 1 else v))
save("channels_last.pth", floats(lambda v: v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v))
save("data_parallel.pth", nn.DataParallel(model).state_dict())
save("wrapped_twice.pth", nn.DataParallel(nn.DataParallel(model)).state_dict())
save("compiled.pth", torch.compile(model).state_dict())
save("compiled_in_parallel.pth", nn.DataParallel(torch.compile(model)).state_dict())
save("parallel_compiled.pth", torch.compile(nn.DataParallel(model)).state_dict())
for name in ("model", "net", "network", "encoder", "backbone", "student"):
    save(f"in_{name}.pth", wrapped(name, model).state_dict())
save("in_model_module.pth", wrapped("model", nn.DataParallel(model)).state_dict())
averaged = torch.optim.swa_utils.AveragedModel(model)
averaged.update_parameters(model)
save("averaged.pth", averaged.state_dict())
noise = {k: torch.randn_like(v) if v.is_floating_point() else v for k, v in state.items()}
save("raw_and_ema.pth", {"state_dict": noise, "state_dict_ema": state})
save("raw_and_model_ema.pth", {"model": noise, "model_ema": averaged.state_dict(), "epoch": 3})
save("extra_queue.pth", {**state, "feat_queue": torch.zeros(8, 4), "ptr": torch.zeros(1, dtype=torch.long)})
save("eight_bits_beside.pth", {**state, "scales": torch.zeros(3).to(torch.float8_e4m3fn), "q": torch.zeros(3, dtype=torch.int8)})

optimizer = torch.optim.SGD(model.parameters(), lr=0.0, momentum=0.9)
for parameter in model.parameters():
    parameter.grad = torch.ones_like(parameter)
optimizer.step()
official = {"epoch": 200, "state_dict": nn.DataParallel(model).state_dict(), "best_acc1": torch.tensor(91.04), "optimizer": optimizer.state_dict()}
save("official.pth.tar", official)
save("official_old_format.pth.tar", official, _use_new_zipfile_serialization=False)
save("lightning.ckpt", {"state_dict": wrapped("model", model).state_dict(), "optimizer_states": [optimizer.state_dict()], "hyper_parameters": argparse.Namespace(lr=0.1), "epoch": 3, "lr_schedulers": [], "loops": {}})

old_norm, new_norm, pruned = fresh(), fresh(), fresh()
for head in shapes["heads"]:
    nn.utils.weight_norm(old_norm.get_submodule(head))
    parametrizations.weight_norm(new_norm.get_submodule(head))
save("weight_norm.pth", old_norm.state_dict())
save("weight_norm_parametrized.pth", nn.DataParallel(new_norm).state_dict())
layer = pruned.get_submodule(next(iter(shapes["heads"])))
prune.custom_from_mask(layer, "weight", torch.ones_like(layer.weight))
save("pruned.pth", pruned.state_dict())

try:
    from safetensors.torch import save_file, save_model
except ImportError:
    sys.exit()

flat = lambda value: {k: v.contiguous() for k, v in value.items()}
store = lambda name, value: save_file(flat(value), folder / name, metadata={"format": "pt"})
store("plain.safetensors", state)
store("bfloat16.safetensors", floats(lambda v: v.bfloat16()))
store("wrapped_twice.safetensors", nn.DataParallel(nn.DataParallel(model)).state_dict())
store("averaged.safetensors", averaged.state_dict())
store("eight_bits_beside.safetensors", {**state, "scales": torch.zeros(3).to(torch.float8_e4m3fn)})
for name, module in {"tied": fresh(), "tied_parallel": fresh()}.items():
    module.fc_cb.weight = module.fc.weight
    module.fc_cb.bias = module.fc.bias
    if name == "tied_parallel":
        module = nn.DataParallel(module)
    save_model(module, str(folder / f"{name}.safetensors"))
sharded = folder / "sharded"
sharded.mkdir()
names = list(state)
parts = {f"model-0000{i + 1}-of-00002.safetensors": names[i::2] for i in range(2)}
for part, own in parts.items():
    save_file({k: state[k].contiguous() for k in own}, sharded / part)
index = {"metadata": {}, "weight_map": {k: part for part, own in parts.items() for k in own}}
(sharded / "model.safetensors.index.json").write_text(json.dumps(index))
