/** Entry of the pack: types are checked by `make check`, not at every preview. */
require("tsx/cjs");
require("./lean.js");
require("./pack");
