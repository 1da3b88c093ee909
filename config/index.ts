/** The stack's configuration: one validated schema, every default written down. */
export { celeryChildrenThatFit, connectionsOf, gunicornWorkersFor, poolOf } from "./capacity";
export { check } from "./check";
export { derive } from "./derive";
export { type Fault, renderFaults } from "./fault";
export { ConfigError, loadConfig, type StackConfig } from "./load";
export { sizes } from "./sizes";
export { type Generations, generationsOf, handedOver, outOfTurn } from "./succession";
export { validate } from "./validate";
