/** What is written down on a machine, carried to where all machines' lines are kept. */
export { shipper } from "./logs/shipper";
export { intakePort, queryPort, store } from "./logs/store";
