/** Ships a machine's logs to the store of all machines' logs. */
export { shipper, type Intake } from "./shipper";
export { intakePort, queryPort, store } from "./store";
