/** The vocabulary of every page: each word in two sentences, and how it is found in a text. */

/** @typedef {(key: string) => string} Words */
/**
 * @typedef {object} Word
 * @property {string} id @property {(t: Words) => string} name @property {(t: Words) => string} said two sentences
 * @property {{en: RegExp, ko: RegExp}} find
 */

/** @type {Word[]} by the English name */
export const GLOSSARY = [
  {
    id: "accuracy",
    name: (t) => t("word.accuracy"),
    said: (t) => t("word.accuracy.said"),
    find: { en: /\b(?:accurac(?:y|ies))\b/iu, ko: /(?<!\p{L})(?:정확도)/u },
  },
  {
    id: "activation",
    name: (t) => t("word.activation"),
    said: (t) => t("word.activation.said"),
    find: { en: /\b(?:activation functions?|activations?)\b/iu, ko: /(?<!\p{L})(?:활성화(?: 함수)?)/u },
  },
  {
    id: "augmentation",
    name: (t) => t("word.augmentation"),
    said: (t) => t("word.augmentation.said"),
    find: { en: /\b(?:augmentation)\b/iu, ko: /(?<!\p{L})(?:데이터 증강)/u },
  },
  {
    id: "backpropagation",
    name: (t) => t("word.backpropagation"),
    said: (t) => t("word.backpropagation.said"),
    find: { en: /\b(?:backpropagation)\b/iu, ko: /(?<!\p{L})(?:역전파)/u },
  },
  {
    id: "batch",
    name: (t) => t("word.batch"),
    said: (t) => t("word.batch.said"),
    find: { en: /\b(?:batch(?:es)?)\b/iu, ko: /(?<!\p{L})(?:배치)/u },
  },
  {
    id: "batchnorm",
    name: (t) => t("word.batchnorm"),
    said: (t) => t("word.batchnorm.said"),
    find: { en: /\b(?:[Bb]atch ?[Nn]orm(?:alisation)?)\b/iu, ko: /(?<!\p{L})(?:배치 정규화)/u },
  },
  {
    id: "bias",
    name: (t) => t("word.bias"),
    said: (t) => t("word.bias.said"),
    find: { en: /\b(?:bias(?:es)?)\b/iu, ko: /(?<!\p{L})(?:편향)/u },
  },
  {
    id: "bit", // of information: "the same bits" of two trainings are others
    name: (t) => t("word.bit"),
    said: (t) => t("word.bit.said"),
    find: { en: /(?<!same )\b(?:bits)\b/iu, ko: /(?<!\p{L})(?<!같은 )(?:비트)/u },
  },
  {
    id: "channel",
    name: (t) => t("word.channel"),
    said: (t) => t("word.channel.said"),
    find: { en: /\b(?:channels?)\b/iu, ko: /(?<!\p{L})(?:채널)/u },
  },
  {
    id: "convolution",
    name: (t) => t("word.convolution"),
    said: (t) => t("word.convolution.said"),
    find: { en: /\b(?:convolutions?)\b/iu, ko: /(?<!\p{L})(?:합성곱)/u },
  },
  {
    id: "crossentropy",
    name: (t) => t("word.crossentropy"),
    said: (t) => t("word.crossentropy.said"),
    find: { en: /\b(?:cross-entropy)\b/iu, ko: /(?<!\p{L})(?:교차 엔트로피)/u },
  },
  {
    id: "dropout",
    name: (t) => t("word.dropout"),
    said: (t) => t("word.dropout.said"),
    find: { en: /\b(?:dropout)\b/iu, ko: /(?<!\p{L})(?:드롭아웃)/u },
  },
  {
    id: "entropy",
    name: (t) => t("word.entropy"),
    said: (t) => t("word.entropy.said"),
    find: { en: /\b(?:(?<!-)entropy)\b/iu, ko: /(?<!\p{L})(?:(?<!교차 )엔트로피)/u },
  },
  {
    id: "epoch",
    name: (t) => t("word.epoch"),
    said: (t) => t("word.epoch.said"),
    find: { en: /\b(?:epochs?)\b/iu, ko: /(?<!\p{L})(?:에폭)/u },
  },
  {
    id: "featuremap",
    name: (t) => t("word.featuremap"),
    said: (t) => t("word.featuremap.said"),
    find: { en: /\b(?:feature maps?)\b/iu, ko: /(?<!\p{L})(?:특성 맵)/u },
  },
  {
    id: "flatten",
    name: (t) => t("word.flatten"),
    said: (t) => t("word.flatten.said"),
    find: { en: /\b(?:flattened|flatten)\b/iu, ko: /(?<!\p{L})(?:펼(?:치|친))/u },
  },
  {
    id: "fullyconnected",
    name: (t) => t("word.fullyconnected"),
    said: (t) => t("word.fullyconnected.said"),
    find: { en: /\b(?:fully connected)\b/iu, ko: /(?<!\p{L})(?:완전 연결)/u },
  },
  {
    id: "gradient",
    name: (t) => t("word.gradient"),
    said: (t) => t("word.gradient.said"),
    find: { en: /\b(?:gradients?)\b/iu, ko: /(?<!\p{L})(?:그래디언트)/u },
  },
  {
    id: "kernel",
    name: (t) => t("word.kernel"),
    said: (t) => t("word.kernel.said"),
    find: { en: /\b(?:kernels?)\b/iu, ko: /(?<!\p{L})(?:커널)/u },
  },
  {
    id: "kl",
    name: (t) => t("word.kl"),
    said: (t) => t("word.kl.said"),
    find: { en: /\b(?:KL divergence)\b/u, ko: /(?<!\p{L})(?:KL 발산)/u },
  },
  {
    id: "labelsmoothing",
    name: (t) => t("word.labelsmoothing"),
    said: (t) => t("word.labelsmoothing.said"),
    find: { en: /\b(?:label smoothing)\b/iu, ko: /(?<!\p{L})(?:라벨 스무딩)/u },
  },
  {
    id: "learningrate",
    name: (t) => t("word.learningrate"),
    said: (t) => t("word.learningrate.said"),
    find: { en: /\b(?:learning rates?)\b/iu, ko: /(?<!\p{L})(?:학습률)/u },
  },
  {
    id: "logit",
    name: (t) => t("word.logit"),
    said: (t) => t("word.logit.said"),
    find: { en: /\b(?:logits?)\b/iu, ko: /(?<!\p{L})(?:로짓)/u },
  },
  {
    id: "loss",
    name: (t) => t("word.loss"),
    said: (t) => t("word.loss.said"),
    find: { en: /\b(?:loss(?:es)?)\b/iu, ko: /(?<!\p{L})(?:손실)/u },
  },
  {
    id: "mac",
    name: (t) => t("word.mac"),
    said: (t) => t("word.mac.said"),
    find: { en: /\b(?:multiply-adds?|MACs?)\b/iu, ko: /(?<!\p{L})(?:곱셈-덧셈|MAC)/u },
  },
  {
    id: "momentum",
    name: (t) => t("word.momentum"),
    said: (t) => t("word.momentum.said"),
    find: { en: /\b(?:momentum)\b/iu, ko: /(?<!\p{L})(?:모멘텀)/u },
  },
  {
    id: "nat",
    name: (t) => t("word.nat"),
    said: (t) => t("word.nat.said"),
    find: { en: /\b(?:nats?)\b/iu, ko: /(?<!\p{L})(?:nat)/u },
  },
  {
    id: "neuron",
    name: (t) => t("word.neuron"),
    said: (t) => t("word.neuron.said"),
    find: { en: /\b(?:neurons?)\b/iu, ko: /(?<!\p{L})(?:뉴런)/u },
  },
  {
    id: "overfitting",
    name: (t) => t("word.overfitting"),
    said: (t) => t("word.overfitting.said"),
    find: { en: /\b(?:overfitting)\b/iu, ko: /(?<!\p{L})(?:과적합)/u },
  },
  {
    id: "padding",
    name: (t) => t("word.padding"),
    said: (t) => t("word.padding.said"),
    find: { en: /\b(?:padding)\b/iu, ko: /(?<!\p{L})(?:패딩)/u },
  },
  {
    id: "parameter",
    name: (t) => t("word.parameter"),
    said: (t) => t("word.parameter.said"),
    find: { en: /\b(?:parameters?)\b/iu, ko: /(?<!\p{L})(?:파라미터)/u },
  },
  {
    id: "pooling",
    name: (t) => t("word.pooling"),
    said: (t) => t("word.pooling.said"),
    find: { en: /\b(?:(?:max |average )?pooling)\b/iu, ko: /(?<!\p{L})(?:(?:최대 |평균 )?풀링)/u },
  },
  {
    id: "receptivefield",
    name: (t) => t("word.receptivefield"),
    said: (t) => t("word.receptivefield.said"),
    find: { en: /\b(?:receptive fields?)\b/iu, ko: /(?<!\p{L})(?:수용 영역)/u },
  },
  {
    id: "relu",
    name: (t) => t("word.relu"),
    said: (t) => t("word.relu.said"),
    find: { en: /\b(?:ReLU)\b/u, ko: /(?<!\p{L})(?:ReLU)/u },
  },
  {
    id: "seed",
    name: (t) => t("word.seed"),
    said: (t) => t("word.seed.said"),
    find: { en: /\b(?:seeds?)\b/iu, ko: /(?<!\p{L})(?:시드)/u },
  },
  {
    id: "softmax",
    name: (t) => t("word.softmax"),
    said: (t) => t("word.softmax.said"),
    find: { en: /\b(?:softmax)\b/iu, ko: /(?<!\p{L})(?:소프트맥스)/u },
  },
  {
    id: "step",
    name: (t) => t("word.step"),
    said: (t) => t("word.step.said"),
    find: { en: /\b(?:training steps?)\b/iu, ko: /(?<!\p{L})(?:학습 단계)/u },
  },
  {
    id: "stride",
    name: (t) => t("word.stride"),
    said: (t) => t("word.stride.said"),
    find: { en: /\b(?:strides?)\b/iu, ko: /(?<!\p{L})(?:스트라이드)/u },
  },
  {
    id: "tensor",
    name: (t) => t("word.tensor"),
    said: (t) => t("word.tensor.said"),
    find: { en: /\b(?:tensors?)\b/iu, ko: /(?<!\p{L})(?:텐서)/u },
  },
  {
    id: "testset",
    name: (t) => t("word.testset"),
    said: (t) => t("word.testset.said"),
    find: { en: /\b(?:test pictures)\b/iu, ko: /(?<!\p{L})(?:테스트 이미지)/u },
  },
  {
    id: "validation",
    name: (t) => t("word.validation"),
    said: (t) => t("word.validation.said"),
    find: { en: /\b(?:validation)\b/iu, ko: /(?<!\p{L})(?:검증)/u },
  },
  {
    id: "weight",
    name: (t) => t("word.weight"),
    said: (t) => t("word.weight.said"),
    find: { en: /\b(?:weights?)\b/iu, ko: /(?<!\p{L})(?:가중치)/u },
  },
];
