/** The stack's configuration: one validated schema, every default written down. */
export { celeryChildrenThatFit, connectionsOf, gunicornWorkersFor } from "./capacity";
export { check } from "./check";
export { derive, type Settings } from "./derive";
export { type Fault, renderFaults } from "./fault";
export { ConfigError, loadConfig, type Secrets, type StackConfig } from "./load";
export { images, regions, type Size, sizes } from "./sizes";
export { type Generations, generationsOf, handedOver, outOfTurn } from "./succession";
export { validate, type Verdict } from "./validate";
export { reservedVariables } from "./variables";
