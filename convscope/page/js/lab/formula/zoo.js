/** The plans that have a name, as convscope/formula/zoo.py has them; a test holds the two together. */

/** @type {Record<string, string>} */
export const ZOO = {
  slides: "(conv(16, 5) + relu) + (conv(32, 5) + relu) + maxpool(2) + (conv(64, 5) + relu) + (conv(128, 5) + relu) + fc",
  lenet5: "conv(6, 5, pad=2) + tanh + avgpool(2) + conv(16, 5) + tanh + avgpool(2) + conv(120, 5) + tanh + fc(84) + tanh + fc",
  dense: "fc(300) + relu + fc(100) + relu + fc",
  fast: 'crop(24) + conv(32, 5, stride=2, pad="same", bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) + bn + relu + fc',
  fine: 'crop(24) + conv(16, 5, stride=2, pad="same", bias=False) + bn + relu + conv(32, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + relu + fc',
  accurate: 'crop(24) + conv(32, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(48, 3, pad="same", bias=False) + bn + relu + conv(48, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(96, 3, pad="same", bias=False) + bn + relu + conv(96, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + relu + dropout(0.3) + fc',
  general: 'conv(32, 5, stride=2, pad="same", bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + relu + fc',
  wide: 'conv(32, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(48, 3, pad="same", bias=False) + bn + relu + conv(48, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(96, 3, pad="same", bias=False) + bn + relu + conv(96, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + relu + dropout(0.3) + fc',
  small: 'crop(24) + conv(16, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(32, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(48, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(56, 3, pad="same", bias=False) + bn + relu + fc',
  tiny: 'crop(24) + conv(8, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(14, 3, pad="same", bias=False) + bn + relu + conv(14, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(18, 3, pad="same", bias=False) + bn + relu + conv(18, 3, pad="same", bias=False) + maxpool(2) + bn + relu + fc',
};
