"""Truth for tests/it/import_torch.rs, by PyTorch itself.

    pip install torch==2.11.0 numpy
    python tests/truth/import_torch.py              # import_torch.json and the small files beside it
    python tests/truth/import_torch.py --files DIR  # whole checkpoints too (500 MB), to try `protoecg import-torch` on

The weights of the large networks are a formula of name and index, so that the test can make the same file
and only the similarities are kept here. The networks are plain PyTorch after the specification, in double
precision: two-dimensional, with the dead rows of the kernels and the dead head in the file.
"""

import argparse
import json
import os
import pickle
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
SMALL = HERE / "import_torch"


def draws(name, count):
    """`count` numbers in [-1, 1) from a name: exact in single precision."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return ((x >> np.uint32(8)).astype(np.float32) - 2**23) / 2**23


def value(name, shape):
    """The tensor of a state dictionary by its name and shape."""
    count = int(np.prod(shape, dtype=np.int64))
    if name.endswith("num_batches_tracked"):
        return torch.tensor(7)
    if name == "ones":
        return torch.ones(shape)
    if name == "prototype_class_identity":
        per_class = shape[0] // shape[1]
        return torch.tensor([[float(j // per_class == c) for c in range(shape[1])] for j in range(shape[0])])
    v = draws(name, count)
    if name == "prototype_vectors":
        v = (v + 1) / 2
    elif len(shape) == 1:
        v = 1 + v / 2 if name.endswith(("running_var", "weight")) else v / 4
    else:
        fan_in = int(np.prod(shape[1:])) // (3 if shape[2:] == (3, 3) else 1)
        scale = 1.0
        while scale * scale * fan_in > 6:
            scale /= 2
        v = v * np.float32(scale)
    return torch.from_numpy(v.astype(np.float32)).reshape(shape)


def backbone_shapes(kernel, stem):
    """Names and shapes of a ResNet18; `kernel(k)` is the spatial part of a kernel of size k."""
    def norm(name, width):
        for part in ["weight", "bias", "running_mean", "running_var"]:
            yield f"{name}.{part}", (width,)
        yield f"{name}.num_batches_tracked", ()

    yield "conv1.weight", stem
    yield from norm("bn1", 64)
    c_in = 64
    for layer, width in [(1, 64), (2, 128), (3, 256), (4, 512)]:
        for block in range(2):
            name = f"layer{layer}.{block}"
            yield f"{name}.conv1.weight", (width, c_in, *kernel(3))
            yield from norm(f"{name}.bn1", width)
            yield f"{name}.conv2.weight", (width, width, *kernel(3))
            yield from norm(f"{name}.bn2", width)
            if block == 0 and layer > 1:
                yield f"{name}.downsample.0.weight", (width, c_in, *kernel(1))
                yield from norm(f"{name}.downsample.1", width)
            c_in = width


def branch_shapes(prototypes, classes, steps):
    """Names and shapes of a whole branch; `steps` is None for the one-dimensional one."""
    time = () if steps is None else (1, steps)
    yield "prototype_vectors", (prototypes, 512, *time)
    yield "ones", (prototypes, 512, *time)
    yield "prototype_class_identity", (prototypes, classes)
    if steps is None:
        for name, shape in backbone_shapes(lambda k: (k,), (64, 12, 7)):
            yield f"feature_extractor.{name}", shape
    else:
        for name, shape in backbone_shapes(lambda k: (k, k), (64, 1, 12, 7)):
            yield f"feature_extractor.resnet.{name}", shape
        yield "feature_extractor.resnet.fc.weight", (1000, 512)
        yield "feature_extractor.resnet.fc.bias", (1000,)
    yield "classifier.weight", (classes, prototypes)
    flat = () if steps is None else (1, 1)
    for layer in [0, 2]:
        yield f"add_on_layers.{layer}.weight", (512, 512, *flat)
        yield f"add_on_layers.{layer}.bias", (512,)


def state(shapes):
    return OrderedDict((name, value(name, shape)) for name, shape in shapes)


def encode(w, prefix, x):
    """ResNet18 over (N, 1, 12, T) or (N, 12, T), after the dimension of the weights."""
    flat = w[prefix + "conv1.weight"].dim() == 4
    convolve = F.conv2d if flat else F.conv1d

    def conv(name, x, stride, padding):
        return convolve(x, w[prefix + name + ".weight"], None, stride, padding)

    def norm(name, x):
        part = lambda p: w[f"{prefix}{name}.{p}"]
        return F.batch_norm(x, part("running_mean"), part("running_var"), part("weight"), part("bias"), eps=1e-5)

    x = F.relu(norm("bn1", conv("conv1", x, (1, 2) if flat else 2, (0, 3) if flat else 3)))
    x = F.max_pool2d(x, 3, 2, 1) if flat else F.max_pool1d(x, 3, 2, 1)
    for layer in range(1, 5):
        for block in range(2):
            name = f"layer{layer}.{block}"
            stride = 2 if layer > 1 and block == 0 else 1
            y = F.relu(norm(f"{name}.bn1", conv(f"{name}.conv1", x, stride, 1)))
            y = norm(f"{name}.bn2", conv(f"{name}.conv2", y, 1, 1))
            if stride == 2:
                x = norm(f"{name}.downsample.1", conv(f"{name}.downsample.0", x, 2, 0))
            x = F.relu(x + y)
    return x


def similarities(w, steps, x):
    """Specification 2.1 and 2.2: (N, 12, 1000) to (N, P)."""
    p = w["prototype_vectors"]
    if steps is None:
        z = encode(w, "feature_extractor.", x).mean(-1)
        z = F.relu(F.linear(z, w["add_on_layers.0.weight"], w["add_on_layers.0.bias"]))
        z = torch.sigmoid(F.linear(z, w["add_on_layers.2.weight"], w["add_on_layers.2.bias"]))
        return F.normalize(z, dim=1) @ F.normalize(p, dim=1).T
    z = encode(w, "feature_extractor.resnet.", x.unsqueeze(1))
    assert z.shape[1:] == (512, 1, 32)
    z = F.relu(F.conv2d(z, w["add_on_layers.0.weight"], w["add_on_layers.0.bias"]))
    z = torch.sigmoid(F.conv2d(z, w["add_on_layers.2.weight"], w["add_on_layers.2.bias"]))
    scale = int((512 * steps) ** 0.5)
    unit = lambda v: v / torch.sqrt((v * v).sum((-3, -2, -1), keepdim=True) + 1e-4)
    windows = z.unfold(3, steps, 1).permute(0, 3, 1, 2, 4)  # N, windows, 512, 1, steps
    dots = torch.einsum("nwchk,pchk->nwp", unit(windows), unit(p))
    return (scale * dots / steps).mean(1)


def attention_shapes():
    """Names and shapes of TrustECG (specification 9.5)."""
    c_in = 1
    for block, width in enumerate([32, 64, 128]):
        name = f"lead_encoder.{block}"
        for conv, shape in [("conv1", (width, c_in, 7)), ("conv2", (width, width, 7)), ("skip.0", (width, c_in, 1))]:
            yield f"{name}.{conv}.weight", shape
            yield f"{name}.{conv}.bias", (width,)
        for norm in ["bn1", "bn2", "skip.1"]:
            for part in ["weight", "bias", "running_mean", "running_var"]:
                yield f"{name}.{norm}.{part}", (width,)
            yield f"{name}.{norm}.num_batches_tracked", ()
        c_in = width
    for name, c_out, c_in in [
        ("temporal_attention.attention.0", 64, 128), ("temporal_attention.attention.2", 1, 64),
        ("lead_attention.attention.0", 64, 128), ("lead_attention.attention.2", 1, 64),
        ("classifier.0", 128, 128), ("classifier.3", 64, 128), ("classifier.6", 5, 64),
    ]:
        yield f"{name}.weight", (c_out, c_in)
        yield f"{name}.bias", (c_out,)


def attention(w, x):
    """Specification 1.5: (N, 12, T) to logits, temporal and lead attention."""
    def conv(name, x, stride, padding):
        return F.conv1d(x, w[name + ".weight"], w[name + ".bias"], stride, padding)

    def norm(name, x):
        part = lambda p: w[f"{name}.{p}"]
        return F.batch_norm(x, part("running_mean"), part("running_var"), part("weight"), part("bias"), eps=1e-5)

    def linear(name, x):
        return F.linear(x, w[name + ".weight"], w[name + ".bias"])

    def pool(name, x):
        score = linear(f"{name}.attention.2", torch.tanh(linear(f"{name}.attention.0", x)))
        alpha = torch.softmax(score, dim=1)
        return (alpha * x).sum(1), alpha[..., 0]

    n, leads, time = x.shape
    x = x.reshape(n * leads, 1, time)
    for block in range(3):
        name = f"lead_encoder.{block}"
        y = F.relu(norm(f"{name}.bn1", conv(f"{name}.conv1", x, 2, 3)))
        y = norm(f"{name}.bn2", conv(f"{name}.conv2", y, 1, 3))
        x = F.relu(y + norm(f"{name}.skip.1", conv(f"{name}.skip.0", x, 2, 0)))
    per_lead, alpha = pool("temporal_attention", x.transpose(1, 2))
    pooled, beta = pool("lead_attention", per_lead.reshape(n, leads, -1))
    hidden = F.relu(linear("classifier.3", F.relu(linear("classifier.0", pooled))))
    return linear("classifier.6", hidden), alpha.reshape(n, leads, -1), beta


def small_files():
    SMALL.mkdir(exist_ok=True)
    base = torch.arange(24, dtype=torch.float32)
    kinds = OrderedDict(
        transposed=base.view(4, 6).t(),
        middle=base[5:9],
        every_third=base[::3],
        double=torch.tensor([0.1, -2.5], dtype=torch.float64),
        half=torch.tensor([0.5, -1.25], dtype=torch.float16),
        bfloat=torch.tensor([0.5, -3.0], dtype=torch.bfloat16),
        int32=torch.tensor([-7, 8], dtype=torch.int32),
        int64=torch.tensor(2**40),
        int8=torch.tensor([-128, 127], dtype=torch.int8),
        uint8=torch.tensor([0, 255], dtype=torch.uint8),
        boolean=torch.tensor([True, False]),
        empty=torch.zeros(0, 3),
    )
    torch.save(kinds, SMALL / "kinds.pt")
    torch.save(kinds, SMALL / "protocol5.pt", pickle_protocol=5)
    torch.save(kinds, SMALL / "before_1_6.pt", _use_new_zipfile_serialization=False)
    flags = argparse.Namespace(
        label_set="3", proto_time_len=3, single_class_prototype_per_class=18, dropout=0.35, l2=0.00017,
        custom_groups=True, pretrained_weights=None, seed=42, large=2**70,
    )
    torch.save(
        {
            "epoch": 34, "global_step": 19075, "pytorch-lightning_version": "2.5.0",
            "state_dict": OrderedDict([("model.a", torch.tensor([1.5, 2.5]))]),
            "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 35}}}},
            "callbacks": {"EarlyStopping{'monitor': 'val_auc'}": {"best_score": torch.tensor(0.8691)}},
            "optimizer_states": [{"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"betas": (0.9, 0.999)}]}],
            "lr_schedulers": [{"T_max": 200, "_last_lr": [1e-4]}],
            "hparams_name": "kwargs",
            "hyper_parameters": {"lr": 1e-4, "l2": 0.00017, "args": flags, "class_weights": torch.ones(2)},
        },
        SMALL / "lightning.ckpt",
    )
    torch.save([1, 2], SMALL / "no_tensors.pt")

    class Hostile:
        def __reduce__(self):
            return os.system, ("touch protoecg-was-here",)

    class Loader:
        def __reduce__(self):
            return pickle.loads, (b"N.",)

    weights = OrderedDict(a=torch.ones(2), b=Hostile())
    torch.save(weights, SMALL / "hostile.pt")
    torch.save(weights, SMALL / "hostile_stack.pt", pickle_protocol=4)
    torch.save(OrderedDict(a=torch.ones(2), b=Loader()), SMALL / "loader.pt")


def main():
    small_files()
    signal = torch.from_numpy(draws("signal", 2 * 12 * 1000)).reshape(2, 12, 1000)
    truth = {}
    for name, shapes in {
        "rhythm": (6, 3, None), "partial": (6, 3, 3), "global": (6, 3, 32),
    }.items():
        weights = state(branch_shapes(*shapes))
        double = {k: v.double() for k, v in weights.items()}
        s = similarities(double, shapes[2], signal.double())
        logits = s @ double["classifier.weight"].T
        truth[name] = {
            "shapes": shapes, "entries": len(weights), "elements": sum(v.numel() for v in weights.values()),
            "similarities": s.tolist(), "logits": logits.tolist(),
        }
    weights = state(attention_shapes())
    logits, alpha, beta = attention({k: v.double() for k, v in weights.items()}, signal.double())
    truth["attention"] = {
        "entries": len(weights), "elements": sum(v.numel() for v in weights.values()), "logits": logits.tolist(),
        "lead_attention": beta.tolist(), "first_step": alpha[:, :, 0].tolist(), "last_step": alpha[:, :, -1].tolist(),
    }
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(of)}" for name, of in truth.items())
    (HERE / "import_torch.json").write_text("{\n" + lines + "\n}\n")
    if "--files" in sys.argv:
        whole_files(Path(sys.argv[sys.argv.index("--files") + 1]))


def whole_files(folder):
    """Checkpoints as upstream's trainer writes them, of the published sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    branches = {"model1d": (80, 16, None), "model2d_partial": (936, 52, 3), "model2d_global": (21, 3, 32)}
    fusion = OrderedDict()
    for name, shapes in branches.items():
        weights = state(branch_shapes(*shapes))
        fusion.update((f"model.{name}.{k}", v) for k, v in weights.items())
        trained = OrderedDict((f"model.{k}", v) for k, v in weights.items())
        trained["criterion.pos_weight"] = torch.ones(shapes[1])
        torch.save(trained, folder / f"{name}_projection.pth")
    fusion["model.classifier.weight"] = value("classifier.weight", (71, 1037))
    fusion["model.classifier.bias"] = value("classifier.bias", (71,))
    flags = argparse.Namespace(label_set="all", custom_groups=False, dropout=0.35)
    torch.save(
        {"epoch": 3, "state_dict": fusion, "hyper_parameters": {"lr": 1e-4, "args": flags}}, folder / "fusion.ckpt"
    )
    for name, kernel, stem, inner, head in [
        ("backbone1d", lambda k: (k,), (64, 12, 7), "", (16, 512)),
        ("backbone2d", lambda k: (k, k), (64, 1, 12, 7), "resnet.", (52, 16384)),
    ]:
        weights = OrderedDict(
            (f"model.{inner}{k}", value(k, shape)) for k, shape in backbone_shapes(kernel, stem)
        )
        if inner:
            weights["model.resnet.fc.weight"], weights["model.resnet.fc.bias"] = torch.ones(1000, 512), torch.ones(1000)
        weights["model.fc.weight"], weights["model.fc.bias"] = torch.ones(head), torch.ones(head[0])
        weights["criterion.pos_weight"] = torch.ones(head[0])
        torch.save({"state_dict": weights}, folder / f"{name}.ckpt")


main()
