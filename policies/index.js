/** Entry of the pack: types are checked by `make check`, not at every preview. */
require("./lean.js");
require("tsx/cjs");
require("./pack");
