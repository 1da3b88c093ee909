/** For names that people can say: `adverb-adjective-animal`. */
export const adverbs = (
  "barely blindly briefly calmly clearly closely deeply duly early easily fairly finally firmly friendly fully gently " +
  "gladly greatly highly hugely ideally jolly kindly largely lightly likely lively loudly mainly merely mildly mostly " +
  "namely neatly newly nicely openly partly plainly poorly promptly purely quickly quietly rarely readily really safely " +
  "simply slowly smoothly softly solely strictly strongly subtly surely truly vastly warmly widely wisely yearly"
).split(" ");

export const adjectives = (
  "able amber ample apt bold brave brief bright brisk calm careful caring central certain clean clear clever cool crisp " +
  "curious cute daring deep diverse eager early easy equal exact fair famous fast fine firm fit fleet flexible fond frank " +
  "free fresh gentle glad golden good grand great happy hardy honest huge humble ideal key kind large lasting light live " +
  "loyal lucky major mellow merry mighty modern modest native neat new noble novel open patient plain polite prime proper " +
  "proud pure quick quiet rapid ready rich right robust sharp simple sincere smart smooth solid sound stable steady still " +
  "strong sunny super sure sweet swift tender tidy true trusty vast vital warm welcome whole wise witty worthy"
).split(" ");

export const animals = (
  "adder alpaca ant badger bass bat bear beagle bee beetle bird bison boar bobcat buck buffalo bull bunny camel cat catfish " +
  "chamois cheetah chipmunk civet clam cobra cod collie colt condor corgi cougar cow coyote crab crane cricket crow cub " +
  "deer dingo dog dolphin donkey dove dragon drake duck eagle egret elk emu falcon fawn feline ferret finch fish flamingo " +
  "fly fox frog gannet gator gecko ghost gibbon giraffe gnat goat goose gorilla grouse gull guppy haddock hagfish halibut " +
  "hamster hare hawk hen hermit heron hog hookworm hornet horse hound hyena ibex imp insect jackal jaguar jay jennet kangaroo " +
  "kid kit kitten kiwi koala krill lab lamb lark leech lemur lion lizard llama lobster louse lynx macaw mackerel magpie " +
  "mako mallard mammal manatee mantis marlin marmot marten mastiff mayfly midge mink minnow mole monarch monkey moose moray " +
  "mouse mule mullet muskox newt ocelot octopus orca oryx osprey ostrich otter owl ox oyster panda pangolin panther parrot " +
  "pelican penguin pig pigeon pika piranha pony possum puma pup python quagga quail rabbit raccoon ram rat raven ray redfish " +
  "robin rodent rooster salmon satyr sawfish seal shad shark sheep shepherd shiner shrew shrimp skink skunk skylark sloth " +
  "slug snail snake snapper sparrow spider sponge squid stag stallion starfish stingray stork stud sunbird sunfish swan swift " +
  "tadpole tahr tapir termite tern terrier tetra tick tiger titmouse toad tortoise treefrog troll troutperch tuna turkey " +
  "turtle unicorn urchin viper vulture wallaby walleye walrus warthog wasp weasel weevil whale whippet wildcat wolf wombat " +
  "woodcock worm wren yak zebra"
).split(" ");
