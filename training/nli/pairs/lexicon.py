"""Word lists of our own: values of attributes, and what follows from a value."""

# ruff: noqa: E501 - one key a line reads better than wrapped lists
from __future__ import annotations


def table(text: str) -> dict[str, list[str]]:
    """Lines `key: value, value` as a dictionary of lists."""
    rows = (line.split(":", 1) for line in text.strip().splitlines())
    return {key.strip(): [v.strip() for v in values.split(",")] for key, values in rows}


def words(text: str) -> list[str]:
    """Words or phrases between commas."""
    return [word.strip() for word in text.replace("\n", " ").split(",") if word.strip()]


# A field and the professions in it: "i am a nurse" entails what is said of the field.
JOB_FIELDS = table("""
hospital: nurse, doctor, surgeon, registered nurse, paramedic, midwife, radiologist, anesthesiologist, nurse practitioner, pediatrician, physician
dental: dentist, dental hygienist, dental assistant, orthodontist
school: teacher, school teacher, kindergarten teacher, math teacher, high school teacher, principal, music teacher, elementary school teacher, preschool teacher, gym teacher, history teacher, english teacher, science teacher, special education teacher, art teacher, school counselor
college: professor, college professor
restaurant: waiter, waitress, chef, cook, line cook, dishwasher, sous chef, pastry chef, short order cook, pizza maker
bar: bartender, bouncer, barmaid
coffee: barista
law: lawyer, attorney, judge, paralegal, public defender, prosecutor
police: police officer, cop, detective, sheriff
fire: firefighter, fireman
military: soldier, marine, army officer, navy sailor
animals: veterinarian, vet, dog groomer, dog trainer, zookeeper, dog walker, vet tech, veterinary assistant, animal trainer
farm: farmer, rancher, farm hand
air: pilot, flight attendant, air traffic controller, stewardess
computers: programmer, software engineer, software developer, web developer, computer programmer, it technician, game designer, systems administrator, data analyst, web designer, video game developer
money: accountant, banker, bank teller, financial advisor, stock broker, bookkeeper, auditor, financial analyst, tax preparer, economist
books: librarian
driving: truck driver, bus driver, taxi driver, uber driver, delivery driver, chauffeur, trucker, cab driver
building: carpenter, construction worker, electrician, plumber, roofer, bricklayer, welder, contractor, house painter, builder
cars: mechanic, auto mechanic, car mechanic
carsales: car salesman, car saleswoman
music: musician, singer, guitarist, drummer, dj, opera singer, rapper, concert pianist, songwriter, composer, cellist, violinist
writing: writer, author, novelist, poet, blogger, copywriter, playwright, freelance writer
news: journalist, reporter, news anchor, newspaper editor, columnist
art: painter, artist, sculptor, illustrator, graphic designer, cartoonist, tattoo artist, potter
acting: actor, actress, stuntman, stand up comedian, comedian, voice actor
fashion: model, fashion designer, fashion model, seamstress, tailor
photo: photographer, wedding photographer
hair: hairdresser, hair stylist, barber, hair dresser, cosmetologist
sport: football player, basketball player, baseball player, personal trainer, yoga instructor, basketball coach, swim coach, football coach, tennis player, boxer, gymnast, fitness instructor, professional wrestler, golfer, hockey player, race car driver
science: scientist, chemist, biologist, physicist, marine biologist, astronomer, geologist, research scientist, botanist, archaeologist
mind: psychologist, therapist, psychiatrist, social worker, counselor, marriage counselor
shop: cashier, sales clerk, store clerk, store manager, shop assistant, grocery store clerk, stocker
office: secretary, receptionist, office manager, office worker, administrative assistant, data entry clerk, executive assistant
church: priest, pastor, preacher, nun, minister, rabbi
house: maid, housekeeper, janitor, cleaner, house cleaner
kids: nanny, babysitter, daycare worker, au pair
engineer: engineer, civil engineer, mechanical engineer, electrical engineer, architect, chemical engineer, environmental engineer
sea: fisherman, sailor, ship captain
baking: baker
flowers: florist, gardener, landscaper
meat: butcher
estate: real estate agent, realtor
medicine: pharmacist, pharmacy technician
sales: salesman, saleswoman, sales representative, telemarketer, insurance agent, travel agent
dance: dancer, ballet dancer, ballerina, dance teacher
factory: factory worker, machinist, warehouse worker, forklift operator
politics: politician, senator, mayor, diplomat
mail: mailman, mail carrier, postal worker
mining: coal miner, miner
""")
FIELD_SAYS = {
    "hospital": words("""i work in a hospital, i work in the medical field, i work in healthcare,
        i take care of sick people, i help sick people, i work with patients,
        i treat patients for a living, i am in the medical profession, my patients need me"""),
    "dental": words("i work on teeth, i work in a dental office, i clean and fix teeth"),
    "school": words("""i work at a school, i work in a school, i work with children,
        i teach students, my students are great, i work in education, i work with students,
        i spend my days in a classroom, i grade papers at night, i teach kids, i am an educator"""),
    "college": words("i work at a university, i teach at a university, i lecture students"),
    "restaurant": words("""i work in a restaurant, i work in the food industry,
        i work in food service, i work at a diner"""),
    "bar": words("i work in a bar, i work at a bar at night, i work in a nightclub"),
    "coffee": words("i work in a coffee shop, i make coffee for a living, i work at starbucks"),
    "law": words("i work in law, i work in the legal field, i spend my days on court cases"),
    "police": words("i work in law enforcement, i arrest criminals, i wear a badge at work"),
    "fire": words("i put out fires for a living, i work at a fire station, i fight fires"),
    "military": words("i am in the military, i serve in the armed forces, i serve my country"),
    "animals": words("""i work with animals, i take care of animals, my job involves animals,
        i work with dogs and other animals"""),
    "farm": words("i work on a farm, i live on a farm, i raise crops and cattle, i farm"),
    "air": words("i work in aviation, i work for an airline, i work with planes"),
    "computers": words("""i work with computers, i work in it, i work in tech, i write code,
        i work in the tech industry, i am in front of a computer all day at work"""),
    "money": words("i work in finance, i work with numbers, i deal with money at work"),
    "books": words("i work in a library, i work with books, i am around books all day"),
    "driving": words("i drive for a living, i drive all day for work, i spend my days driving"),
    "building": words("i work with my hands, i work on construction sites, i work in the trades"),
    "cars": words("i fix cars, i repair cars for a living, i work on cars, i work in a garage"),
    "carsales": words("i sell cars, i work at a car dealership, i sell automobiles for a living"),
    "music": words("i make music for a living, i work in the music industry, i play gigs"),
    "writing": words("i write for a living, i write, i work with words"),
    "news": words("i work for a newspaper, i work in the news business, i report the news"),
    "art": words("i make art for a living, i am creative at work, i sell my art"),
    "acting": words("i perform for a living, i work in show business, i am on stage for a living"),
    "fashion": words("i work in fashion, i work in the fashion industry, i work with clothes"),
    "photo": words("i take pictures for a living, i take photos for work"),
    "hair": words("i cut hair, i work in a salon, i do hair for a living, i work with hair"),
    "sport": words("i work in sports, i make my living with sports, i have to stay fit for work"),
    "science": words("i work in a lab, i work in science, i do research, i do experiments"),
    "mind": words("i help people with their problems, i listen to people's problems for a living"),
    "shop": words("i work in a store, i work in retail, i work at a grocery store"),
    "office": words("i work in an office, i work at a desk, i have a desk job"),
    "church": words("i work for the church, i work in a church, i serve god"),
    "house": words("i clean for a living, i clean houses, i clean up after people"),
    "kids": words("i take care of children, i work with children, i watch kids for a living"),
    "engineer": words("i design things for work, i work in engineering"),
    "sea": words("i work at sea, i work on a boat, i am out on the water for work"),
    "baking": words("i bake for a living, i work in a bakery, i make bread and cakes for work"),
    "flowers": words("i work with plants, i work with flowers, i plant flowers for a living"),
    "meat": words("i cut meat for a living, i work with meat"),
    "estate": words("i sell houses, i work in real estate, i show homes to buyers"),
    "medicine": words("i work in a pharmacy, i hand out medicine, i fill prescriptions"),
    "sales": words("i work in sales, i sell things for a living"),
    "dance": words("i dance for a living, i dance on stage"),
    "factory": words("i work in a factory, i work in a warehouse"),
    "politics": words("i work in politics, i work for the government"),
    "mail": words("i deliver mail, i work for the post office"),
    "mining": words("i work in a mine, i work underground"),
}
# Fields that do not shut each other out, so that no contradiction is made of them.
NEAR_FIELDS = [
    {"hospital", "dental", "medicine", "mind", "animals", "science"},
    {"school", "college", "kids", "dance", "music", "art", "sport", "science", "mind", "writing"},
    {"restaurant", "bar", "coffee", "baking", "meat", "shop"},
    {"writing", "news", "art", "books", "photo", "fashion", "acting", "music", "dance", "sport"},
    {"building", "engineer", "art", "factory", "mining", "cars", "house"},
    {"office", "money", "law", "computers", "estate", "sales", "carsales", "shop", "engineer",
     "medicine", "politics", "news", "books", "mail"},
    {"driving", "mail", "sport", "sea", "military", "air", "cars", "sales", "factory"},
    {"police", "fire", "military", "law", "politics"},
    {"farm", "animals", "flowers"},
    {"hair", "fashion"},
    {"church", "school", "mind", "politics", "hospital"},
    {"science", "engineer", "computers", "college"},
]  # fmt: skip
EMPLOYERS = words("""walmart, target, amazon, google, starbucks, mcdonald's, burger king, costco,
    a bank, a law firm, a grocery store, a shoe store, a flower shop, a book store, a library,
    a hospital, a gym, a bakery, a factory, a hotel, a restaurant, a gas station, a pet store,
    a record store, a movie theater, an insurance company, a call center, a hardware store,
    a radio station, a zoo, a museum, a warehouse, a coffee shop, a nursing home, a daycare,
    a bike shop, the post office, an advertising agency, a software company, a car wash""")
GENERAL_JOB = words("""i have a job, i work for a living, i am employed, i have a career,
    i go to work, i am a working person, i earn my own money, i work hard at my job,
    my job keeps me busy, i work every day, i am at work all day, i get paid for my work""")
NO_JOB = words("""i am unemployed, i do not have a job, i do not work, i am out of work,
    i am between jobs right now, i have been unemployed for a while, i can not find a job,
    i just lost my job and have no work, i do not have a job at the moment, i am jobless,
    i am a stay at home mom, i am retired, i live off my parents and do not work,
    i am retired and do not work anymore, i never had a job in my life""")
NUMBERS = words("one, two, three, four, five, six, seven, eight, nine, ten")
AGES = [str(n) for n in range(16, 90)]

PLACES = table("""
texas: houston, dallas, austin, san antonio, el paso
california: los angeles, san francisco, san diego, sacramento, hollywood, san jose
florida: miami, orlando, tampa, jacksonville
new york: manhattan, brooklyn, buffalo, new york city, queens
illinois: chicago, springfield
washington: seattle, spokane
massachusetts: boston
colorado: denver, boulder
georgia: atlanta, savannah
oregon: portland, eugene
michigan: detroit, grand rapids
ohio: cleveland, cincinnati, columbus
pennsylvania: philadelphia, pittsburgh
tennessee: nashville, memphis
louisiana: new orleans, baton rouge
arizona: phoenix, tucson
nevada: las vegas, reno
minnesota: minneapolis
missouri: kansas city, st louis
hawaii: honolulu, maui
alaska: anchorage
north carolina: charlotte, raleigh
wisconsin: milwaukee, madison
maryland: baltimore
utah: salt lake city
kentucky: louisville
kansas: wichita
iowa: des moines
alabama: birmingham
""")
COUNTRIES = table("""
canada: toronto, vancouver, montreal
england: london, manchester, liverpool
france: paris, lyon, marseille
germany: berlin, munich, hamburg
italy: rome, milan, venice, naples
spain: madrid, barcelona
japan: tokyo, osaka, kyoto
china: beijing, shanghai
mexico: mexico city, cancun
australia: sydney, melbourne
russia: moscow
ireland: dublin
scotland: edinburgh, glasgow
brazil: rio, sao paulo
india: mumbai, new delhi
sweden: stockholm
egypt: cairo
greece: athens
portugal: lisbon
poland: warsaw
kenya: nairobi
korea: seoul
""")
CONTINENT = {
    "europe": words("england, france, germany, italy, spain, ireland, scotland, sweden, greece, "
                    "portugal, poland"),
    "asia": words("japan, china, india, korea"),
    "africa": words("egypt, kenya"),
    "south america": words("brazil"),
}  # fmt: skip
NATIONALITY = {
    "canada": "canadian", "england": "english", "france": "french", "germany": "german",
    "italy": "italian", "spain": "spanish", "japan": "japanese", "china": "chinese",
    "mexico": "mexican", "australia": "australian", "russia": "russian", "ireland": "irish",
    "scotland": "scottish", "brazil": "brazilian", "india": "indian", "sweden": "swedish",
    "egypt": "egyptian", "greece": "greek", "portugal": "portuguese", "poland": "polish",
    "korea": "korean",
}  # fmt: skip

PETS = table("""
dog: dog, puppy, poodle, beagle, golden retriever, labrador, husky, pug, german shepherd, chihuahua, bulldog, dachshund, corgi, terrier, great dane, rottweiler
cat: cat, kitten, siamese cat, persian cat, tabby cat, kitty
fish: goldfish, koi, fish, betta fish
bird: parrot, parakeet, canary, bird, cockatoo
reptile: snake, lizard, iguana, turtle, gecko, tortoise
rodent: hamster, guinea pig, gerbil, pet rat, ferret
rabbit: rabbit, bunny
horse: horse, pony
farm animals: goat, pig, chicken, cow
""")
FOODS = table("""
meat: steak, bacon, ribs, burgers, hamburgers, fried chicken, hot dogs, chicken, beef, pork chops, meatloaf, sausage, ham, prime rib, barbecue ribs, meatballs, pepperoni pizza, lamb, turkey, chicken wings, cheeseburgers, roast beef, brisket, a ribeye, chicken nuggets, pulled pork, bbq chicken, beef tacos
seafood: sushi, shrimp, lobster, salmon, tuna, crab, fish and chips, oysters, crab legs, clam chowder, fish tacos
dairy: cheese, ice cream, mac and cheese, macaroni and cheese, milk, yogurt, grilled cheese, cheesecake, cheese pizza, milkshakes, butter
vegetables: broccoli, salad, carrots, spinach, kale, brussel sprouts, cucumbers, green beans, cauliflower, peas, asparagus, zucchini, lettuce, tomatoes, onions, mushrooms
fruit: apples, strawberries, bananas, mangos, oranges, watermelon, grapes, pineapple, peaches, blueberries, cherries
sweets: chocolate, cake, cookies, candy, cupcakes, donuts, brownies, pie, chocolate cake, apple pie, pancakes
italian: pizza, spaghetti, lasagna, pasta, ravioli, fettuccine alfredo
mexican: tacos, burritos, nachos, enchiladas, quesadillas, guacamole
grains: rice, bread, cereal, oatmeal, bagels, toast
nuts: peanut butter, almonds, cashews, peanuts
""")
SPORTS = words("""football, basketball, baseball, soccer, tennis, golf, hockey, volleyball,
    swimming, rugby, softball, lacrosse, bowling, boxing, cricket, badminton, rowing""")
HOBBIES = words("""reading, hiking, fishing, hunting, knitting, sewing, painting, drawing, dancing,
    singing, cooking, baking, gardening, camping, running, jogging, cycling, surfing, skiing,
    snowboarding, skateboarding, horseback riding, photography, writing, traveling, shopping,
    playing video games, watching movies, yoga, lifting weights, bird watching, woodworking,
    scrapbooking, pottery, rock climbing, kayaking, sailing, canoeing, playing chess, crocheting,
    swimming, collecting stamps, playing poker, watching anime, going to concerts, gambling,
    reading comic books, watching football, playing board games, going to the beach, exercising,
    working out, watching tv, listening to music, going to the gym, playing cards, archery,
    doing puzzles, karaoke, meditating, flying kites, scuba diving, going to parties, quilting""")
OUTDOOR = words("""hiking, fishing, hunting, camping, kayaking, rock climbing, canoeing, surfing,
    skiing, horseback riding, bird watching, sailing, gardening""")
EXERCISE = words("running, jogging, cycling, lifting weights, working out, going to the gym, "
                 "exercising, swimming, rock climbing")  # fmt: skip
MUSIC = words("""rock, country, jazz, classical music, rap, pop music, heavy metal, hip hop, blues,
    reggae, folk music, punk rock, techno, country music, classic rock, rock music, rap music,
    opera, k pop, indie rock, bluegrass, death metal, gospel music, electronic music""")
BANDS = words("""the beatles, metallica, nirvana, coldplay, queen, the rolling stones, pink floyd,
    taylor swift, beyonce, lady gaga, elvis, led zeppelin, green day, u2, radiohead, guns n roses,
    justin bieber, drake, imagine dragons, bruno mars, frank sinatra, eminem, johnny cash, adele,
    katy perry, one direction, linkin park, bob dylan, kiss, acdc, muse, nickelback, prince""")
COLORS = words("blue, red, green, purple, pink, yellow, black, orange, white, gray, brown, teal")
SEASONS = words("spring, summer, fall, winter, autumn")
HOLIDAYS = words("christmas, halloween, thanksgiving, easter, the fourth of july, valentine's day")
MOVIES = words("""star wars, titanic, the godfather, the notebook, the lion king, harry potter,
    the matrix, frozen, jaws, toy story, forrest gump, pulp fiction, the wizard of oz, avatar,
    jurassic park, the dark knight, the avengers, grease, lord of the rings""")
SHOWS = words("""friends, game of thrones, the office, the walking dead, breaking bad, seinfeld,
    the simpsons, stranger things, grey's anatomy, the big bang theory, jeopardy, doctor who,
    star trek, family guy, south park, supernatural, westworld, downton abbey""")
DRINKS = words("""coffee, tea, beer, wine, red wine, water, milk, orange juice, soda, coke, pepsi,
    lemonade, whiskey, vodka, green tea, hot chocolate, margaritas, gin and tonic, dr pepper""")
ALCOHOL = words("beer, wine, red wine, whiskey, vodka, margaritas, gin and tonic")
ANIMALS = words("""dogs, cats, horses, elephants, lions, tigers, dolphins, wolves, penguins, bears,
    rabbits, owls, pandas, monkeys, giraffes, turtles, snakes, sharks, butterflies, foxes""")
BOOKS = words("""mystery novels, romance novels, science fiction, fantasy books, biographies,
    poetry, history books, comic books, horror novels, self help books, the classics""")
FILMS = words("""horror movies, romantic comedies, action movies, comedies, documentaries, dramas,
    science fiction movies, westerns, superhero movies, thrillers, musicals, animated movies,
    war movies, scary movies, old movies, disney movies""")
INSTRUMENTS = words("""guitar, piano, drums, violin, cello, flute, trumpet, saxophone, bass,
    harmonica, ukulele, clarinet, banjo, harp, trombone, accordion, keyboard""")
LANGUAGES = words("spanish, french, german, italian, japanese, chinese, russian, arabic, latin, "
                  "portuguese, korean, sign language, mandarin, dutch, polish, hindi")  # fmt: skip
CARS = words("""truck, minivan, honda civic, ford mustang, toyota, jeep, bmw, prius, pickup truck,
    corvette, tesla, motorcycle, convertible, camaro, volkswagen beetle, honda accord, van, suv,
    mercedes, ferrari, porsche, lexus, subaru, chevy, ford, mini cooper, nissan, audi, hybrid""")
HAIR = words("brown, blonde, black, red, gray, blue, purple, pink, green, auburn, white")
EYES = words("blue, brown, green, hazel, gray")
FEARS = words("""spiders, heights, snakes, the dark, flying, clowns, dogs, water, thunder, needles,
    germs, bees, sharks, dying, being alone, public speaking, small spaces, crowds, ghosts""")
ALLERGENS = words("""peanuts, cats, dogs, shellfish, gluten, pollen, milk, bees, eggs, nuts, dust,
    strawberries, seafood, shrimp, wheat, penicillin, latex, dairy, pollen, chocolate, soy""")
MAJORS = words("""biology, psychology, computer science, engineering, english literature, art,
    history, nursing, law, mathematics, physics, chemistry, music, economics, philosophy,
    journalism, accounting, marketing, medicine, political science, business, education""")
SCIENCES = words("biology, physics, chemistry, computer science")
GRADES = words("first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, "
               "eleventh, twelfth")  # fmt: skip
RELIGIONS = words("christian, catholic, jewish, muslim, buddhist, hindu, mormon, atheist, baptist")
WISHES = words("""own a house, travel the world, be famous, move to paris, write a book,
    learn to fly, be a better cook, win the lottery, run a marathon, learn spanish, adopt a child,
    buy a boat, open a restaurant, go to college, visit japan, get married, have a family,
    retire early, start my own business, be on tv, go to space, buy a new car, lose weight""")
PEOPLE = words("mom, dad, mother, father, brother, sister, husband, wife, boyfriend, girlfriend, "
               "best friend, uncle, aunt, son, daughter, cousin, roommate, grandmother, "
               "grandfather")  # fmt: skip
SAME_PEOPLE = {"mom": "mother", "mother": "mom", "dad": "father", "father": "dad"}
