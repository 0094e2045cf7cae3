"""The official augmentation by torchvision, for `deno task bench --images`.

    python torchvision_views.py --folder FOLDER --files N --variant all --workers 2
    python torchvision_views.py --folder FOLDER --files N --stages

Speaks the protocol of contender.ts: a step is a batch of 64 files, two views of each, from a DataLoader.
With --stages it prints what each transform takes, in milliseconds of one core for a view.
"""

import argparse
import json
import os
import random
import resource
import sys
import time

import torch

try:
    import torchvision
except RuntimeError:
    # A torchvision made for another build of PyTorch lacks operations that only detectors need.
    operations = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operations.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    import torchvision

from PIL import Image, ImageFilter
from torchvision import transforms

FILES_IN_STEP = 64
NORMALISE = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


class Blur:
    """The official code's, whose radius is drawn anew for each view."""

    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


def colours():
    return [
        transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.0)], p=1.0),
        transforms.RandomGrayscale(p=0.2),
    ]


def transform_of(variant):
    return transforms.Compose(
        [transforms.RandomResizedCrop(224, scale=(0.08, 1.0))]
        + (colours() if "no colours" not in variant else [])
        + ([transforms.RandomApply([Blur()], p=0.5)] if "no blur" not in variant else [])
        + [transforms.RandomHorizontalFlip(), transforms.ToTensor(), NORMALISE]
    )


def load(path):
    with open(path, "rb") as file:
        return Image.open(file).convert("RGB")


class Views(torch.utils.data.Dataset):
    def __init__(self, folder, files, variant):
        self.paths = [f"{folder}/{i}.jpg" for i in range(files)]
        self.transform = transform_of(variant)

    def __len__(self):
        return 10**9

    def __getitem__(self, index):
        image = load(self.paths[index % len(self.paths)])
        return self.transform(image), self.transform(image)


def process_seconds(pid):
    """What processors have worked for another process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve(options):
    loader = torch.utils.data.DataLoader(
        Views(options.folder, options.files, options.variant),
        batch_size=FILES_IN_STEP,
        num_workers=options.workers,
    )
    begin = time.perf_counter()
    batches = iter(loader)
    next(batches)
    first = 1000 * (time.perf_counter() - begin)
    workers = [worker.pid for worker in getattr(batches, "_workers", [])]
    for _ in range(2 * options.workers + 1):
        next(batches)

    def used():
        return time.process_time() + sum(process_seconds(pid) for pid in workers)

    print(json.dumps({"ready": torchvision.__version__, "first": first}), flush=True)
    for line in sys.stdin:
        times, cpu = [], []
        for _ in range(json.loads(line)["steps"]):
            begin, before = time.perf_counter(), used()
            next(batches)
            times.append(1000 * (time.perf_counter() - begin))
            cpu.append(1000 * (used() - before))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"times": times, "cpu": cpu, "peakBytes": peak, "bytes": 0}), flush=True)


def stages(options):
    paths = [f"{options.folder}/{i}.jpg" for i in range(FILES_IN_STEP)]
    for path in paths:
        load(path)
    costs = {}

    def run(name, function, inputs):
        seconds = []
        for _ in range(5):
            begin = time.process_time()
            outputs = [function(each) for each in inputs]
            seconds.append(time.process_time() - begin)
        costs[name] = 1000 * min(seconds) / len(inputs)
        return outputs

    # Of two views each, so that half of it is what one view takes.
    images = run("read and decode", load, paths)
    costs["read and decode"] /= 2
    views = run("cut and scale", transforms.RandomResizedCrop(224, scale=(0.08, 1.0)), images)
    views = run("colours", transforms.Compose(colours()), views)
    run("blur, of every second", transforms.RandomApply([Blur()], p=0.5), views * 4)
    views = run("mirror", transforms.RandomHorizontalFlip(), views)
    run("normalise", transforms.Compose([transforms.ToTensor(), NORMALISE]), views)
    print(json.dumps(costs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--files", type=int, required=True)
    parser.add_argument("--variant", default="all")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--stages", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.stages:
        stages(options)
    else:
        serve(options)


if __name__ == "__main__":
    main()
