/** What is written down on a machine, carried to where all machines' lines are kept. */
export { shipper, type Intake } from "./shipper";
export { intakePort, queryPort, store } from "./store";
