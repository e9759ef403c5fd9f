"""Training, projection and prediction against plain PyTorch, one thread each, in one run.

    make bench-python ONLY=networks         # or, with a Python that has torch, from the repository's root:
    python benches/python/networks.py

The networks are written here for this comparison, in PyTorch as people write it: ResNet18 in one dimension, as protoecg has
it, and as it was published (two of three branches in two dimensions, as torchvision builds them). Weights are random: they
do not change the time. The delivered model has one backbone for its three branches, and protoecg runs it once: PyTorch is
timed with one backbone too (the same work), with three, and as published. The rounds alternate, so compare within the run.

    python benches/python/networks.py --cuda --bench networks-0123 --models FOLDER

does all of it on a GPU; --bench is the program that `cargo bench --bench networks --no-run` made, for a machine without Rust,
and --models the folder that holds ptbxl-excerpt.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

ROUNDS = 3
LEADS, SAMPLES, LATENT, STEPS = 12, 1000, 512, 32
# Name, outputs, prototypes per class, latent steps of a prototype.
BRANCHES = {"rhythm": (16, 5, 1), "morphology": (52, 18, 3), "global": (3, 7, 32)}
# Of an epoch on a CPU, and on a GPU, which needs more to be timed.
EPOCH_RECORDS, EPOCH_RECORDS_ON_A_GPU = 320, 3200
SOURCES = 1490


class Block(nn.Module):
    def __init__(self, of, to, stride, dimensions):
        super().__init__()
        conv, norm = (nn.Conv1d, nn.BatchNorm1d) if dimensions == 1 else (nn.Conv2d, nn.BatchNorm2d)
        self.conv1 = conv(of, to, 3, stride, 1, bias=False)
        self.norm1 = norm(to)
        self.conv2 = conv(to, to, 3, 1, 1, bias=False)
        self.norm2 = norm(to)
        self.shortcut = nn.Sequential()
        if stride != 1 or of != to:
            self.shortcut = nn.Sequential(conv(of, to, 1, stride, bias=False), norm(to))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class ResNet18(nn.Module):
    """(N, 12, 1000), or (N, 1, 12, 1000) in two dimensions, to (N, 512, 32)."""

    def __init__(self, dimensions):
        super().__init__()
        self.dimensions = dimensions
        if dimensions == 1:
            stem = [nn.Conv1d(LEADS, 64, 7, 2, 3, bias=False), nn.BatchNorm1d(64), nn.ReLU(), nn.MaxPool1d(3, 2, 1)]
        else:
            stem = [nn.Conv2d(1, 64, (LEADS, 7), (1, 2), (0, 3), bias=False), nn.BatchNorm2d(64), nn.ReLU(),
                    nn.MaxPool2d(3, 2, 1)]
        blocks, of = [], 64
        for to, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
            blocks += [Block(of, to, stride, dimensions), Block(to, to, 1, dimensions)]
            of = to
        self.layers = nn.Sequential(*stem, *blocks)

    def forward(self, x):
        if self.dimensions == 1:
            return self.layers(x)
        return self.layers(x.unsqueeze(1)).squeeze(2)


class Branch(nn.Module):
    def __init__(self, classes, per_class, steps, dimensions, prototypes=None):
        super().__init__()
        count = prototypes or classes * per_class
        self.steps = steps
        self.backbone = ResNet18(dimensions)
        self.add_on = nn.Sequential(nn.Linear(LATENT, LATENT), nn.ReLU(), nn.Linear(LATENT, LATENT), nn.Sigmoid())
        self.prototypes = nn.Parameter(torch.randn(count, LATENT * steps))
        self.scale = int((LATENT * steps) ** 0.5) / steps if steps > 1 else 1.0
        owner = torch.arange(count) * classes // count
        self.register_buffer("identity", F.one_hot(owner, classes).float())

    def latents(self, x, y=None):
        y = self.backbone(x) if y is None else y
        if self.steps == 1:
            return self.add_on(y.mean(-1)).unsqueeze(1)
        return self.add_on(y.transpose(1, 2))

    def cosines(self, latents):
        """(N, T, 512) to (N, windows, P)."""
        windows = latents
        if self.steps > 1:
            windows = latents.unfold(1, self.steps, 1).flatten(2)
        return F.normalize(windows, dim=-1) @ F.normalize(self.prototypes, dim=-1).T

    def similarities(self, x, y=None):
        cosines = self.cosines(self.latents(x, y))
        windows = cosines.shape[1]
        if windows == 1:
            return cosines[:, 0] * self.scale
        return cosines.topk(min(5, windows), dim=1).values.mean(1) * self.scale


class Fused(nn.Module):
    def __init__(self, dimensions, prototypes, one_backbone=False):
        super().__init__()
        self.one_backbone = one_backbone
        total = sum(classes * per_class for classes, per_class, _ in BRANCHES.values())
        self.branches = nn.ModuleList()
        left = prototypes
        for name, (classes, per_class, steps) in BRANCHES.items():
            # As many as the bundle has, shared out as the full model shares them.
            count = left if name == "global" else round(prototypes * classes * per_class / total)
            left -= count
            of = 1 if name == "rhythm" else dimensions
            self.branches.append(Branch(classes, per_class, steps, of, max(count, classes)))
        self.classifier = nn.Linear(sum(len(b.prototypes) for b in self.branches), 71)

    def steps(self, x):
        return self.branches[0].backbone(x) if self.one_backbone else None

    def forward(self, x):
        y = self.steps(x)
        similarities = torch.cat([branch.similarities(x, y) for branch in self.branches], 1)
        return self.classifier(similarities), similarities

    def explained(self, x):
        """One ECG: probabilities, and of the first statement every contribution in order with the windows that count."""
        y = self.steps(x)
        cosines = [branch.cosines(branch.latents(x, y)) for branch in self.branches]
        pooled, windows = [], []
        for branch, of_branch in zip(self.branches, cosines):
            best = of_branch.topk(min(5, of_branch.shape[1]), dim=1)
            pooled.append(best.values.mean(1) * branch.scale)
            windows.append(best.indices)
        similarities = torch.cat(pooled, 1)
        probabilities = torch.sigmoid(self.classifier(similarities))
        contributions = (similarities[0] * self.classifier.weight[0]).sort(descending=True)
        return probabilities.tolist(), contributions.values.tolist(), contributions.indices.tolist(), windows


def loss_of(branch, logits, similarities, labels, weight, together):
    """The five terms of the published loss, with the paper's equations."""
    loss = F.binary_cross_entropy_with_logits(logits, labels, pos_weight=weight)
    own = labels @ branch.identity.T > 0
    loss = loss - 0.004 * similarities.masked_fill(~own, -1e9).amax(1).mean()
    loss = loss + 0.0004 * similarities.masked_fill(own, -1e9).amax(1).mean()
    unit = F.normalize(branch.prototypes, dim=-1)
    gram = unit @ unit.T
    count = len(unit)
    loss = loss + 250 * ((gram - torch.eye(count)) ** 2).sum() / count**2
    likely = branch.identity @ together @ branch.identity.T
    gram = gram.clamp(-1 + 1e-6, 1 - 1e-6)
    drawn = (gram * likely).sum() / (likely.sum() + 1e-6) - (gram * (1 - likely)).sum() / ((1 - likely).sum() + 1e-6)
    return loss - 300 * drawn / count**0.5


def epoch(branch):
    """Records per second over the second of two epochs."""
    classes = branch.identity.shape[1]
    records = EPOCH_RECORDS_ON_A_GPU if torch.get_default_device().type == "cuda" else EPOCH_RECORDS
    x = torch.randn(records, LEADS, SAMPLES)
    labels = (torch.rand(records, classes) < 0.1).float()
    labels[torch.arange(records), torch.arange(records) % classes] = 1.0
    weight = torch.full((classes,), 10.0)
    together = torch.eye(classes)
    fixed = branch.identity * 1.5 - 0.5
    adam = torch.optim.Adam(branch.parameters(), lr=1e-4, weight_decay=1.7e-4)
    branch.train()
    for _ in range(2):
        begun = time.perf_counter()
        for rows in torch.randperm(records).split(32):
            similarities = branch.similarities(x[rows])
            loss = loss_of(branch, similarities @ fixed, similarities, labels[rows], weight, together)
            adam.zero_grad()
            loss.backward()
            adam.step()
            loss.item()
        seconds = time.perf_counter() - begun
    return records / seconds


def median_of(repeats, work):
    times = []
    for _ in range(repeats + repeats // 5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times[repeats // 5:])


@torch.no_grad()
def read_one(model):
    x = torch.randn(1, LEADS, SAMPLES)
    return median_of(50, lambda: model.explained(x))


@torch.no_grad()
def read_many(model, count=1000):
    x = torch.randn(count, LEADS, SAMPLES)
    begun = time.perf_counter()
    for batch in x.split(32):
        # As a program that uses them: plain numbers.
        model(batch)[0].tolist()
    return (time.perf_counter() - begun) / count


@torch.no_grad()
def search(whole_loop):
    """The most similar window of an ECG of its class for each prototype: a product for each prototype, one after the
    other; or the published program's way, which compares in a loop over batch, prototype and ECG."""
    classes, per_class, steps = BRANCHES["morphology"]
    prototypes = torch.randn(classes * per_class, LATENT * steps)
    latents = torch.rand(SOURCES, STEPS, LATENT)
    of_record = torch.arange(SOURCES) % classes
    begun = time.perf_counter()
    units = F.normalize(prototypes, dim=-1)
    found = [(-2.0, None, None)] * len(units)
    if whole_loop:
        for start in range(0, SOURCES, 32):
            windows = F.normalize(latents[start:start + 32].unfold(1, steps, 1).flatten(2), dim=-1)
            best, at = (windows @ units.T).max(1)
            for j in range(len(units)):
                for i in range(len(best)):
                    if of_record[start + i] == j // per_class and best[i, j].item() > found[j][0]:
                        found[j] = (best[i, j].item(), start + i, at[i, j].item())
    else:
        for j, unit in enumerate(units):
            rows = (of_record == j // per_class).nonzero()[:, 0]
            windows = F.normalize(latents[rows].unfold(1, steps, 1).flatten(2), dim=-1)
            best, at = (windows @ unit).max(1)
            row = best.argmax()
            found[j] = (best[row].item(), rows[row].item(), at[row].item())
    seconds = time.perf_counter() - begun
    assert all(row is not None for _, row, _ in found)
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuda", action="store_true")
    parser.add_argument("--bench")
    parser.add_argument("--models")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    command = [given.bench] if given.bench else ["cargo", "bench", "--locked", "--quiet", "--bench", "networks", "--"]
    if given.cuda:
        torch.set_default_device("cuda")
        command.append("--cuda")
    if given.models:
        command += ["--models", given.models]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        figures = json.loads(answer.splitlines()[-1])
        ours.append(figures)
        count = figures["prototypes"]
        models = {"the same work": Fused(1, count, True), "three backbones": Fused(1, count), "as published": Fused(2, count)}
        row = {"search": min(search(False) for _ in range(3))}
        # On a GPU the loop asks for a number a million times and more: minutes.
        row["search in a loop"] = None if given.cuda else search(True)
        for name, model in models.items():
            row["one", name], row["many", name] = read_one(model.eval()), read_many(model)
        for name, shape in BRANCHES.items():
            row[name] = epoch(Branch(*shape, 1, figures["branches"][name]["prototypes"]))
        theirs.append(row)

    def compare(what, unit, mine, others):
        print(f"{what}: {statistics.median(mine) * unit[0]:.4g} {unit[1]}")
        for name, values in others.items():
            ratios = [b / a for a, b in zip(mine, values)]
            print(f"    PyTorch, {name}: {statistics.median(values) * unit[0]:.4g} {unit[1]}, "
                  f"{statistics.median(ratios):.2f} times as much ({', '.join(f'{r:.2f}' for r in ratios)})")

    ms = (1e3, "ms")
    of = lambda name: [row[name] for row in theirs]
    compare("read and explain one ECG", ms, [row["predict_and_explain_one"] for row in ours],
            {name: of(("one", name)) for name in models})
    compare("read one of many", ms, [row["predict_one_of_many"] for row in ours],
            {name: of(("many", name)) for name in models})
    for name in BRANCHES:
        compare(f"train on one ECG, {name}", ms, [1 / row["branches"][name]["records_per_second"] for row in ours],
                {"the same net": [1 / value for value in of(name)]})
    compare(f"find the sources of {52 * 18} prototypes in {SOURCES} ECGs", (1.0, "s"),
            [row["projection_search"] for row in ours],
            {"a product for each prototype": of("search")}
            | ({} if given.cuda else {"a loop over prototypes and ECGs": of("search in a loop")}))


if __name__ == "__main__":
    sys.exit(main())
