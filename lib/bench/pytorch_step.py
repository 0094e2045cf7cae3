"""A training step in PyTorch, timed: the peer of `deno task bench --peer`.

The same step as ours, of GLMC or of cross-entropy: images are taken from bytes in memory, cropped,
mirrored, normalised and, by GLMC, mixed (public codes do most of this with PIL in worker processes),
then trained on.

Reads one JSON object a line from standard input ({"steps": n}), runs so many steps, and answers with a
JSON list of milliseconds, so that the benchmark can take turns with it. The modes: eager (as public
codes run), channels_last, bfloat16 (channels_last under autocast), compile (torch.compile).

On a GPU, convolutions compute in full float32 unless --tf32 is given, as ours do; by default PyTorch
shortens them to TensorFloat-32 there.
"""

import argparse
import contextlib
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.missing = outputs - inputs

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.missing:
            half = self.missing // 2
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, half))
        return F.relu(x + y)


class Network(nn.Module):
    """ResNet-32 with one classifier, or with all heads of GLMC."""

    def __init__(self, width: int, classes: int, heads: str):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        widths = [width] * 5 + [2 * width] * 5 + [4 * width] * 5
        inputs = [width, *widths[:-1]]
        self.blocks = nn.Sequential(
            *(Block(i, o, 1 if i == o else 2) for i, o in zip(inputs, widths))
        )
        self.fc = nn.Linear(4 * width, classes)
        self.heads = heads
        if heads == "one":
            return
        self.fc_cb = nn.Linear(4 * width, classes)
        self.projection = nn.Linear(4 * width, 128)
        self.prediction = nn.Linear(128, 128)

    def forward(self, x):
        features = self.blocks(F.relu(self.bn1(self.conv1(x)))).mean((2, 3))
        if self.heads == "one":
            return self.fc(features)
        projection = self.projection(features)
        return self.fc(features), self.fc_cb(features), projection, self.prediction(projection)


class Images:
    """Random images of ten classes, from which cropped and mirrored views are taken."""

    def __init__(self, count: int, layout, device: torch.device):
        pixels = F.pad(torch.randint(0, 256, (count, 3, 32, 32)).byte(), (4, 4, 4, 4))
        self.pixels, self.labels = pixels.to(device), (torch.arange(count) % 10).to(device)
        self.class_weights = (torch.rand(10) * 2).to(device)
        self.layout, self.device = layout, device
        self.mean = torch.full((3, 1, 1), 127.5, device=device)
        self.std = torch.full((3, 1, 1), 63.75, device=device)

    def rows(self, count: int):
        return torch.randint(0, 1000, (count,)).to(self.device)

    def views(self, rows):
        cut = self.cut(rows, torch.randint(0, 9, (2, len(rows))))
        mirrored = (torch.rand(len(rows), 1, 1, 1) < 0.5).to(self.device)
        cut = torch.where(mirrored, cut.flip(3), cut)
        return ((cut.float() - self.mean) / self.std).contiguous(memory_format=self.layout)

    def cut(self, rows, corners):
        if self.device.type == "cpu":
            places = zip(rows.tolist(), *corners.tolist())
            return torch.stack([self.pixels[i, :, y : y + 32, x : x + 32] for i, y, x in places])
        return gathered(self.pixels, rows, corners.to(self.device))

    def one_hot(self, rows):
        return F.one_hot(self.labels[rows], 10).float()


def gathered(pixels, rows, corners):
    """The same cuts by one gather, where a slice an image would be a launch an image."""
    side = torch.arange(32, device=pixels.device)
    y, x = (corner[:, None] + side for corner in corners)
    return pixels[rows[:, None, None], :, y[:, :, None], x[:, None, :]].permute(0, 3, 1, 2)


def soft_cross_entropy(logits, targets):
    return -(F.log_softmax(logits, 1) * targets).sum(1).mean()


def cross_entropy_loss(model, images: Images, batch: int, precision):
    rows = images.rows(batch)
    view = images.views(rows)
    with precision:
        logits = model(view)
    return F.cross_entropy(logits.float(), images.labels[rows])


def glmc_loss(model, images: Images, batch: int, precision):
    mix, alpha, gamma = 0.3, 0.75, 4.0
    first, second = images.rows(batch), images.rows(batch)
    global_view = mix * images.views(first) + (1 - mix) * images.views(second)
    local_view = images.views(first)
    local_view[:, :, 4:20, 8:24] = images.views(second)[:, :, 4:20, 8:24]
    labels = mix * images.one_hot(first) + (1 - mix) * images.one_hot(second)
    weighted = labels * images.class_weights
    with precision:
        o1, w1, z1, p1 = model(global_view)
        o2, w2, z2, p2 = model(local_view)
    o1, w1, z1, p1, o2, w2, z2, p2 = (t.float() for t in (o1, w1, z1, p1, o2, w2, z2, p2))
    consistency = -(
        F.cosine_similarity(p1, z2.detach()).mean() + F.cosine_similarity(p2, z1.detach()).mean()
    )
    plain = soft_cross_entropy(o1, labels) + soft_cross_entropy(o2, labels)
    rebalanced = soft_cross_entropy(w1, weighted) + soft_cross_entropy(w2, weighted)
    return alpha * plain + (1 - alpha) * rebalanced + gamma * consistency


#: Heads of the network and loss of each method that can be timed.
METHODS = {"glmc": ("all", glmc_loss), "cross_entropy": ("one", cross_entropy_loss)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=METHODS, default="glmc")
    parser.add_argument("--mode", choices=["eager", "channels_last", "bfloat16", "compile"])
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--device", choices=["auto", "cpu", "gpu"], default="cpu")
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()

    has_gpu = torch.cuda.is_available()
    if options.device == "gpu" and not has_gpu:
        sys.exit("PyTorch finds no GPU: a build of PyTorch with CUDA is needed, and a driver for it")
    device = torch.device("cuda" if has_gpu and options.device != "cpu" else "cpu")
    torch.backends.cudnn.allow_tf32 = options.tf32
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    layout = torch.contiguous_format if options.mode == "eager" else torch.channels_last
    if options.mode == "compile":
        layout = torch.contiguous_format
    heads, loss_of = METHODS[options.method]
    network = Network(options.width, 10, heads).to(device, memory_format=layout)
    model = torch.compile(network) if options.mode == "compile" else network
    optimizer = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9, weight_decay=5e-3)
    images = Images(1000, layout, device)
    precision = (
        torch.autocast(device.type, torch.bfloat16)
        if options.mode == "bfloat16"
        else contextlib.nullcontext()
    )

    def step() -> float:
        loss = loss_of(model, images, options.batch, precision)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    start = time.perf_counter()
    step()
    first = 1000 * (time.perf_counter() - start)
    step()
    print(json.dumps({"ready": torch.__version__, "first": first}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(json.loads(line)["steps"]):
            start = time.perf_counter()
            step()
            times.append(1000 * (time.perf_counter() - start))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"times": times, "peakBytes": peak, "bytes": 0}), flush=True)


if __name__ == "__main__":
    main()
