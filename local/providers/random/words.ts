/** For pronounceable names: `adverb-adjective-animal`. */
export const adverbs = (
  "always boldly brightly calmly cheerfully clearly daily deftly eagerly early evenly fairly firmly freely gently gladly " +
  "gracefully happily heartily kindly lightly neatly nicely nimbly often openly patiently playfully politely proudly quickly " +
  "quietly really safely silently slowly smoothly softly soundly steadily sweetly swiftly tidily truly usually warmly well wisely"
).split(" ");

export const adjectives = (
  "amber ancient autumn azure blue bold brave bright bronze calm careful cheerful clever copper cosy crimson curious eager " +
  "early emerald fearless frosty gentle golden green happy humble ivory jolly kind lively lucky merry misty nimble noble " +
  "patient polite proud purple quick quiet scarlet shy silent silver sleepy snowy steady sunny swift tidy violet warm wild wise witty young"
).split(" ");

export const animals = (
  "antelope badger bear beaver bison camel cat cheetah cormorant crane cricket crow deer dolphin donkey dove duck eagle elk " +
  "falcon ferret finch fox frog gazelle goat goose hamster hare hawk hedgehog heron horse ibis jackdaw kestrel lark lemur leopard " +
  "lizard llama lynx magpie marten mole moose mouse nightingale otter owl panther pelican penguin pony rabbit raven reindeer robin " +
  "salmon seal sparrow squirrel starling stork swallow swan tiger toad tortoise trout turtle walrus whale wolf woodpecker wren zebra"
).split(" ");
