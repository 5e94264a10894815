/** The tasks of every chapter that has some. */

import { ACTIVATION_TASKS } from "./activation_tasks.js";
import { ARCHITECTURE_TASKS } from "./architecture_tasks.js";
import { BACKWARDS_TASKS } from "./backwards_tasks.js";
import { CONVOLUTION_TASKS } from "./convolution_tasks.js";
import { DEPTH_TASKS } from "./depth_tasks.js";
import { FILTERS_TASKS } from "./filters_tasks.js";
import { LOCAL_TASKS } from "./local_tasks.js";
import { LOSS_TASKS } from "./loss_tasks.js";
import { MNIST_TASKS } from "./mnist_tasks.js";
import { OWN_TASKS } from "./own_tasks.js";
import { PLAIN_TASKS } from "./plain_tasks.js";
import { SCRIPT_TASKS } from "./script_tasks.js";
import { SHARING_TASKS } from "./sharing_tasks.js";
import { TRAINING_TASKS } from "./training_tasks.js";

/** @type {Record<string, import("./task.js").Task[]>} by the chapter's name */
export const TASKS = {
  plain: PLAIN_TASKS,
  local: LOCAL_TASKS,
  convolution: CONVOLUTION_TASKS,
  filters: FILTERS_TASKS,
  sharing: SHARING_TASKS,
  activation: ACTIVATION_TASKS,
  depth: DEPTH_TASKS,
  architecture: ARCHITECTURE_TASKS,
  loss: LOSS_TASKS,
  mnist: MNIST_TASKS,
  backwards: BACKWARDS_TASKS,
  training: TRAINING_TASKS,
  own: OWN_TASKS,
  script: SCRIPT_TASKS,
};
