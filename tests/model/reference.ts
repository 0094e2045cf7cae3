/**
 * The official networks in plain float64 loops: slow, and independent of the networks under test.
 *
 * @module
 */
import type { Architecture } from "glmc/model/network.ts";
import type { HostTensor } from "glmc/model/weights.ts";

/** Images `[batch, height, width, channels]`, or features with a height and width of 1. */
export interface Images {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float64Array;
}

type Weights = Readonly<Record<string, HostTensor>>;

/** Stages of resnet9: whether they halve the image, and whether a residual block follows. */
const stagesOfResnet9 = [[1, true, true], [2, true, false], [3, false, true]] as const;

/** Blocks of the networks for large images. */
const imagenetDepths = {
  resnext50_32x4d: [3, 4, 6, 3],
  resnet50_imagenet: [3, 4, 6, 3],
  resnet10_imagenet: [1, 1, 1, 1],
};

const depths = { resnet18: [2, 2, 2, 2], resnet34: [3, 4, 6, 3], resnet50: [3, 4, 6, 3] };

/** A pass in training mode, starting from running means of 0 and variances of 1. */
export function referencePass(
  architecture: Architecture,
  weights: Weights,
  images: Images,
): Record<string, Float64Array> {
  const results: Record<string, Float64Array> = {};
  const layer = (x: Images, name: string, norm: string, stride = 1, isPooled = false): Images => {
    const whole = convolution(x, weights[`${name}.weight`]!, stride);
    const y = isPooled ? largestOfFour(whole) : whole;
    const { output, mean, variance } = batchNorm(y, weights, norm);
    results[`${norm}.running_mean`] = mean.map((value) => 0.1 * value);
    results[`${norm}.running_var`] = variance.map((value) => 0.9 + 0.1 * value);
    return output;
  };
  let x: Images;
  if (architecture === "resnet32") {
    x = relu(layer(images, "conv1", "bn1"));
    for (const stage of [1, 2, 3]) {
      for (let i = 0; i < 5; i++) {
        const stride = stage > 1 && i === 0 ? 2 : 1;
        const block = `layer${stage}.${i}`;
        const inner = relu(layer(x, `${block}.conv1`, `${block}.bn1`, stride));
        const y = layer(inner, `${block}.conv2`, `${block}.bn2`);
        x = relu(y, stride === 2 ? optionA(x) : x);
      }
    }
  } else if (architecture === "resnet9") {
    const part = (x: Images, name: string, isPooled = false): Images =>
      layer(x, `${name}.conv`, `${name}.bn`, 1, isPooled);
    x = relu(part(images, "conv1", true));
    for (const [stage, isPooled, isResidual] of stagesOfResnet9) {
      x = relu(part(x, `layer${stage}`, isPooled));
      if (!isResidual) continue;
      const inner = relu(part(x, `layer${stage}.residual.0`));
      x = relu(part(inner, `layer${stage}.residual.1`), x);
    }
  } else if (isForImagenet(architecture)) {
    x = largestOfNine(relu(layer(images, "conv1", "bn1", 2)));
    imagenetDepths[architecture].forEach((depth, stage) => {
      for (let i = 0; i < depth; i++) {
        const stride = stage > 0 && i === 0 ? 2 : 1;
        const block = `layer${stage + 1}.${i}`;
        const part = (x: Images, number: number, stride = 1): Images =>
          layer(x, `${block}.conv${number}`, `${block}.bn${number}`, stride);
        const y = architecture === "resnet10_imagenet"
          ? part(relu(part(x, 1, stride)), 2)
          : part(relu(part(relu(part(x, 1)), 2, stride)), 3);
        const shortcut = `${block}.downsample`;
        const added = `${shortcut}.0.weight` in weights
          ? layer(x, `${shortcut}.0`, `${shortcut}.1`, stride)
          : x;
        x = relu(y, added);
      }
    });
  } else {
    x = relu(layer(images, "conv1.0", "conv1.1"));
    depths[architecture].forEach((depth, stage) => {
      for (let i = 0; i < depth; i++) {
        const stride = stage > 0 && i === 0 ? 2 : 1;
        const block = `conv${stage + 2}_x.${i}`;
        const part = (x: Images, index: number, stride = 1): Images => {
          const prefix = `${block}.residual_function.`;
          return layer(x, prefix + index, prefix + (index + 1), stride);
        };
        const y = architecture === "resnet50"
          ? part(relu(part(relu(part(x, 0)), 3, stride)), 6)
          : part(relu(part(x, 0, stride)), 3);
        const shortcut = `${block}.shortcut`;
        const added = `${shortcut}.0.weight` in weights
          ? layer(x, `${shortcut}.0`, `${shortcut}.1`, stride)
          : x;
        x = relu(y, added);
      }
    });
  }
  const features = mean(x);
  const projection = linear(features, weights, "projection_head.0");
  return {
    ...results,
    features: features.data,
    logits: linear(features, weights, "fc").data,
    rebalancedLogits: linear(features, weights, "fc_cb").data,
    projection: projection.data,
    prediction: linear(projection, weights, "contrast_head.0").data,
  };
}

function isForImagenet(architecture: Architecture): architecture is keyof typeof imagenetDepths {
  return architecture in imagenetDepths;
}

/** Of fewer inputs than the images have channels, the filters of each group see those of their own. */
function convolution(
  { batch, height, width, channels, data }: Images,
  weight: HostTensor,
  stride: number,
): Images {
  const [outputs, inputs, kernel] = weight.shape as [number, number, number];
  const perGroup = outputs * inputs / channels;
  const rows = Float64Array.from(weight.data as Float32Array);
  const padding = (kernel - 1) / 2;
  const [outputHeight, outputWidth] = [height, width].map((side) =>
    Math.floor((side + 2 * padding - kernel) / stride) + 1
  ) as [number, number];
  const result = new Float64Array(batch * outputHeight * outputWidth * outputs);
  const size = inputs * kernel * kernel;
  const patch = new Float64Array(channels * kernel * kernel);
  let position = 0;
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outputHeight; row++) {
      for (let column = 0; column < outputWidth; column++) {
        for (let i = 0; i < patch.length; i++) {
          const [channel, within] = [Math.floor(i / kernel / kernel), i % (kernel * kernel)];
          const y = row * stride + Math.floor(within / kernel) - padding;
          const x = column * stride + within % kernel - padding;
          const inside = y >= 0 && y < height && x >= 0 && x < width;
          patch[i] = inside ? data[((image * height + y) * width + x) * channels + channel]! : 0;
        }
        for (let output = 0; output < outputs; output++) {
          const start = Math.floor(output / perGroup) * size;
          let sum = 0;
          for (let i = 0; i < size; i++) sum += patch[start + i]! * rows[output * size + i]!;
          result[position++] = sum;
        }
      }
    }
  }
  return { batch, height: outputHeight, width: outputWidth, channels: outputs, data: result };
}

function batchNorm(
  x: Images,
  weights: Weights,
  name: string,
): { output: Images; mean: Float64Array; variance: Float64Array } {
  const { channels, data } = x;
  const count = data.length / channels;
  const ofChannel = (f: (value: number, channel: number) => number): Float64Array => {
    const sums = new Float64Array(channels);
    data.forEach((value, i) => {
      const channel = i % channels;
      sums[channel] = sums[channel]! + f(value, channel);
    });
    return sums;
  };
  const mean = ofChannel((value) => value / count);
  const squares = ofChannel((value, channel) => (value - mean[channel]!) ** 2);
  const [scale, offset] = [weights[`${name}.weight`]!.data, weights[`${name}.bias`]!.data];
  const normalised = data.map((value, i) => {
    const channel = i % channels;
    const deviation = Math.sqrt(squares[channel]! / count + 1e-5);
    return (value - mean[channel]!) / deviation * Number(scale[channel]) + Number(offset[channel]);
  });
  // Where there is one value, its variance is taken to be 0; PyTorch refuses it.
  const variance = squares.map((sum) => sum / Math.max(count - 1, 1));
  return { output: { ...x, data: normalised }, mean, variance };
}

/** The largest of each 2 × 2 pixels, or of what there is of them at an edge. */
function largestOfFour({ batch, height, width, channels, data }: Images): Images {
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const result = new Float64Array(batch * rows * columns * channels).fill(-Infinity);
  data.forEach((value, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [row, column] = [Math.floor(pixel / width) % height, pixel % width];
    const image = Math.floor(pixel / width / height);
    const place = (image * rows + Math.floor(row / 2)) * columns + Math.floor(column / 2);
    const target = place * channels + channel;
    result[target] = Math.max(result[target]!, value);
  });
  return { batch, height: rows, width: columns, channels, data: result };
}

/** The largest of the 3 × 3 pixels around every second one, as far as they are in the image. */
function largestOfNine({ batch, height, width, channels, data }: Images): Images {
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const result = new Float64Array(batch * rows * columns * channels).map((_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [row, column] = [Math.floor(pixel / columns) % rows, pixel % columns];
    const image = Math.floor(pixel / columns / rows);
    let largest = -Infinity;
    for (let y = Math.max(0, 2 * row - 1); y <= Math.min(height - 1, 2 * row + 1); y++) {
      for (let x = Math.max(0, 2 * column - 1); x <= Math.min(width - 1, 2 * column + 1); x++) {
        const place = ((image * height + y) * width + x) * channels + channel;
        largest = Math.max(largest, data[place]!);
      }
    }
    return largest;
  });
  return { batch, height: rows, width: columns, channels, data: result };
}

/** ReLU of the sum of one or two. */
function relu(x: Images, added?: Images): Images {
  const data = x.data.map((value, i) => Math.max(0, value + (added?.data[i] ?? 0)));
  return { ...x, data };
}

/** Every second pixel, between as many new channels of zero on either side as make twice the number. */
function optionA({ batch, height, width, channels, data }: Images): Images {
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const result = new Float64Array(batch * rows * columns * 2 * channels);
  for (let pixel = 0; pixel < batch * rows * columns; pixel++) {
    const image = Math.floor(pixel / rows / columns);
    const [row, column] = [Math.floor(pixel / columns) % rows, pixel % columns];
    const start = ((image * height + 2 * row) * width + 2 * column) * channels;
    result.set(data.subarray(start, start + channels), pixel * 2 * channels + channels / 2);
  }
  return { batch, height: rows, width: columns, channels: 2 * channels, data: result };
}

function mean({ batch, height, width, channels, data }: Images): Images {
  const result = new Float64Array(batch * channels);
  const size = height * width * channels;
  data.forEach((value, i) => {
    const feature = Math.floor(i / size) * channels + i % channels;
    result[feature] = result[feature]! + value / height / width;
  });
  return { batch, height: 1, width: 1, channels, data: result };
}

function linear(x: Images, weights: Weights, name: string): Images {
  const { shape, data } = weights[`${name}.weight`]!;
  const y = convolution(x, { dtype: "F32", shape: [...shape, 1, 1], data }, 1);
  const bias = weights[`${name}.bias`]!.data;
  return { ...y, data: y.data.map((value, i) => value + Number(bias[i % y.channels])) };
}
