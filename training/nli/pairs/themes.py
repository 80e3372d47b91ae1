"""Opposed themes without a value to fill in, by our own hand.

A line is `positive sentences | sentences that shut them out`; those on one side say the same.
"""

# ruff: noqa: E501 - one key a line reads better than wrapped lists
from __future__ import annotations

THEMES = """
i am married ; i have a wife ; i have a spouse ; my wife and i have been married for years ; i am a married man ; my wife is my best friend | i am single ; i have never been married ; i am not married ; i am a bachelor ; i live alone because i am single
i am married ; i have a husband ; my husband and i have been together for years ; i am a married woman ; my husband loves me | i am single ; i do not have a husband ; i never married ; i am not married ; i am still looking for a husband
i am divorced ; i got divorced last year ; my divorce was final in may ; my ex and i split up and signed the papers | i am happily married ; i have never been married ; my spouse and i are still together ; i have been happily married for twenty years
i am single ; i do not have a boyfriend ; i am looking for a partner ; i have not dated in years ; nobody to date | i have a boyfriend ; i am dating someone ; my boyfriend lives with me ; i am engaged ; my boyfriend is sweet
i am single ; i do not have a girlfriend ; i have not dated in years | i have a girlfriend ; i am dating a girl ; my girlfriend lives with me ; i am engaged to my girlfriend ; my girlfriend is sweet
i am engaged ; my wedding is next month ; i am getting married soon ; i just proposed and she said yes | i am not engaged ; i am never getting married ; i do not believe in marriage
i have children ; i am a parent ; i have kids ; i am raising my children ; my kids keep me busy ; i take my kids to school | i do not have any children ; i have no kids ; i am childless ; i never had kids ; i can not have children ; i do not want and do not have kids
i am a mother ; i am a mom ; i gave birth to a baby ; i love being a mom ; i am a mom of two | i do not have children ; i have no kids ; i am a man ; i am a father
i am a father ; i am a dad ; i love being a dad ; i am the dad of a little boy | i do not have children ; i have no kids ; i am a woman ; i am a mother
i am an only child ; i do not have any siblings ; i have no brothers or sisters ; i grew up without siblings | i have a brother ; i have two sisters ; my sister and i are close ; i have siblings ; i have three brothers ; i come from a family of five kids ; i am the youngest of four ; i am a twin
i am the youngest child ; i am the baby of the family ; all my siblings are older than me | i am the oldest child ; i am the firstborn ; i have a younger brother ; i have younger siblings
i am the oldest child ; i am the firstborn ; all my siblings are younger than me | i am the youngest ; i have an older sister ; i have an older brother ; i am the baby of the family
i am a twin ; i have a twin sister ; i have an identical twin | i do not have a twin ; i am an only child ; i have no siblings
i was adopted ; i am adopted ; my parents adopted me when i was a baby ; i never met my birth parents | i was not adopted ; i was raised by my birth parents ; i am my parents biological child
my parents are divorced ; my parents split up when i was little ; my mom and dad are not together anymore | my parents are happily married ; my parents have been together for forty years ; my parents never divorced
my parents are dead ; my parents passed away ; both of my parents died ; i lost my parents ; i am an orphan | my parents are alive and well ; i live with my parents ; i visit my parents every week ; my parents call me every day
my mother is dead ; my mom passed away ; i lost my mother ; my mom died when i was young | my mother is alive ; my mom calls me every day ; i live with my mom ; i visit my mom every sunday
my father is dead ; my dad passed away ; i lost my father ; my dad died when i was a kid | my father is alive ; my dad calls me every day ; i live with my dad ; i go fishing with my dad every weekend
i live with my parents ; i live at home with my mom and dad ; i still live in my parents basement ; i have not moved out yet | i live alone ; i live on my own ; i have my own place ; i moved out of my parents house years ago ; i live by myself
i live alone ; i live by myself ; nobody else lives in my house ; i have no roommates | i live with my boyfriend ; i have two roommates ; i live with my wife and kids ; i share a house with friends ; i live with my sister ; i live with my grandparents
i own a home ; i am a homeowner ; i bought a house ; i own my house | i rent an apartment ; i live in an apartment ; i do not own a home ; i am homeless ; i rent
i live in an apartment ; i rent a small apartment ; my apartment is tiny ; my apartment is on the third floor | i live in a big house ; i live on a farm ; i own a house ; i live in a mansion ; i live in a trailer
i live in the city ; i live downtown ; i live in a big city ; i am a city person | i live in the country ; i live in a small town ; i live on a farm in the middle of nowhere ; i live in a rural area ; i live in the suburbs
i live on a farm ; i live on a ranch ; my home is a farm ; i live in the country with cows and chickens | i live in the city ; i live in an apartment downtown ; i live in a big city ; i live in a penthouse
i live near the beach ; i live by the ocean ; my house is right on the beach ; i live on the coast | i live far from the ocean ; i live in the desert ; i live in the mountains far from any sea ; i have never seen the ocean
i grew up on a farm ; i was raised on a farm ; my childhood was spent on a farm | i grew up in the city ; i have never been on a farm ; i was raised in a big city
i am rich ; i have a lot of money ; i am wealthy ; i am a millionaire ; money is no problem for me | i am poor ; i am broke ; i have no money ; i can barely pay my bills ; i am in debt ; i live paycheck to paycheck
i smoke ; i am a smoker ; i smoke a pack a day ; i smoke cigarettes | i do not smoke ; i have never smoked ; i am a non smoker ; i hate smoking and never do it
i quit smoking ; i gave up cigarettes ; i used to smoke but i stopped | i smoke a pack a day ; i have never smoked ; i still smoke
i drink alcohol ; i like to drink beer ; i have a few drinks every night ; i love wine ; i drink whiskey ; i like going to bars to drink | i do not drink ; i do not drink alcohol ; i am sober ; i never touch alcohol ; i am a recovering alcoholic who does not drink anymore
i drink coffee every morning ; i love coffee ; i need my coffee ; i drink a lot of coffee ; i am addicted to coffee | i do not drink coffee ; i hate coffee ; i never drink coffee ; i can not stand the taste of coffee
i am a night owl ; i stay up late ; i like to stay up late at night ; i go to bed at 3 in the morning ; i stay up all night | i am a morning person ; i go to bed early ; i am an early bird ; i am always asleep by nine
i am a morning person ; i wake up early ; i get up at five every day ; i am an early riser ; i am up before the sun | i sleep until noon ; i hate mornings ; i am not a morning person ; i always sleep in ; i never wake up early
i am shy ; i am an introvert ; i am a quiet person ; i keep to myself ; i am nervous around people ; i am introverted | i am outgoing ; i am an extrovert ; i am very social ; i am the life of the party ; i love talking to strangers ; i am a people person
i have a lot of friends ; i am popular ; i have many friends ; i am surrounded by friends | i do not have any friends ; i have no friends ; i am lonely and friendless ; nobody wants to be my friend
i love my job ; i enjoy my work ; i have a job that i love ; my job makes me happy | i hate my job ; i do not like my job ; my job makes me miserable ; i can not stand my job ; i do not have a job
i hate my job ; i do not like my work ; my job bores me ; i want to quit my job | i love my job ; i enjoy my work ; my job is great and i would never quit ; i have my dream job
i am lazy ; i sit on the couch all day ; i am a couch potato ; i never exercise ; i do not work out | i am very active ; i exercise every day ; i work out daily ; i go to the gym every morning ; i run five miles a day ; i am an athlete
i am in shape ; i am athletic ; i am fit ; i work out ; i go to the gym | i am out of shape ; i am overweight ; i am obese ; i never exercise ; i have never been inside a gym
i am overweight ; i am fat ; i am a heavy person ; i need to lose weight ; i am trying to lose weight | i am thin ; i am skinny ; i am underweight ; i need to gain weight
i am on a diet ; i am trying to lose weight ; i am watching what i eat ; i count calories | i eat whatever i want ; i am not on a diet ; i never watch what i eat
i eat healthy ; i only eat healthy food ; i have a healthy diet ; i stay away from junk food | i eat junk food every day ; i have an unhealthy diet ; i live on fast food ; i only eat junk food
i am tall ; i am over six feet tall ; i am six foot five ; i am very tall ; i am a tall person | i am short ; i am only five feet tall ; i am not tall ; i am a short person ; i wish i was taller ; i am under five feet
i can swim ; i love to swim ; i am a good swimmer ; i swim every day ; i swim laps at the pool | i can not swim ; i never learned to swim ; i do not know how to swim ; i am afraid of water
i can cook ; i am a good cook ; i love to cook ; i cook every night ; i cook for my family | i can not cook ; i am a terrible cook ; i never cook ; i do not know how to cook ; i hate cooking ; i burn everything i cook
i can drive ; i drive to work ; i have a driver's license ; i drive every day ; i drive a car | i can not drive ; i do not drive ; i do not have a license ; i never learned to drive ; i do not have a car
i have a car ; i own a car ; my car is new ; i just bought a car | i do not have a car ; i do not own a car ; i have no car ; i take the bus because i have no car
i can sing ; i have a great voice ; i am a good singer ; i sing in a band ; i sing well | i can not sing ; i am tone deaf ; i have a terrible voice ; i am a bad singer
i can dance ; i am a good dancer ; i love to dance ; i dance every weekend | i can not dance ; i have two left feet ; i am a terrible dancer ; i never dance ; i do not dance
i love to read ; i read a lot ; i am an avid reader ; i always have a book with me ; i read every night ; books are my favorite thing | i do not like to read ; i hate reading ; i never read books ; i have not read a book in years ; reading bores me
i love to travel ; i travel a lot ; i have been all over the world ; i travel the world ; i have visited many countries | i hate traveling ; i have never left my country ; i do not travel ; i have never traveled ; i have never been outside my home state ; i never leave town
i love animals ; i am an animal lover ; animals are the best ; i love all creatures | i hate animals ; i do not like animals ; i can not stand animals
i love children ; i like kids ; i enjoy being around kids | i hate children ; i do not like kids ; i can not stand kids
i love the outdoors ; i love nature ; i like being outside ; i spend all my time outside ; i love to be outdoors | i hate the outdoors ; i never go outside ; i do not like nature ; i prefer to stay inside ; i am not outdoorsy
i love the beach ; i like going to the beach ; the beach is my favorite place ; i enjoy the sand and sea | i hate the beach ; i do not like the beach ; i never go to the beach ; i hate sand
i like cold weather ; i love the snow ; winter is the best ; i love it when it is cold | i hate the cold ; i hate snow ; i only like warm weather ; i can not stand winter ; i do not like snow
i like hot weather ; i love the heat ; i love summer ; i like it when it is hot | i hate the heat ; i hate summer ; i do not like hot weather ; i can not stand the heat
i love the rain ; i like rainy days ; rain is my favorite weather | i hate the rain ; i do not like rain ; rainy days make me sad
i go to church every sunday ; i am religious ; i believe in god ; i am very religious ; my faith is important to me | i am an atheist ; i do not believe in god ; i am not religious ; i never go to church
i am a student ; i go to school ; i am in college ; i attend college ; i am a college student ; i go to university ; i am taking classes | i am not a student ; i dropped out of school ; i never went to college ; i am done with school ; i do not go to school
i am in high school ; i am a high school student ; i go to high school ; i have not graduated high school yet | i am retired ; i graduated high school ten years ago ; i have a college degree ; i am in my forties ; i am a grandmother ; i finished college last year
i am in college ; i am a college student ; i go to university | i never went to college ; i did not go to college ; i am in third grade ; i am in middle school ; i only finished high school
i graduated from college ; i have a degree ; i have a college degree ; i finished college | i never went to college ; i dropped out of college ; i do not have a degree ; i never finished school
i dropped out of school ; i never finished school ; i quit school | i graduated with honors ; i have a degree ; i finished school ; i am a straight a student
i get good grades ; i am a straight a student ; i am good at school ; i am on the honor roll | i get bad grades ; i am failing my classes ; i am bad at school ; i flunk every test
i am retired ; i am retired now ; i stopped working years ago ; i am enjoying my retirement ; i do not work anymore since i retired | i work full time ; i just started my first job ; i am still working ; i have years until retirement ; i work forty hours a week ; i am a teenager
i work from home ; i work at home ; i have a home office ; i do my job from my house | i commute to work every day ; i work in a big office building ; i go to the office every day ; my commute is an hour
i am self employed ; i own my own business ; i am my own boss ; i run my own company ; i have my own business ; i am an entrepreneur | i work for someone else ; i do not own a business ; i am unemployed ; my boss tells me what to do ; i work for a big company
i work part time ; i only work a few hours a week ; i have a part time job | i work full time ; i work sixty hours a week ; i am unemployed ; i do not work
i work nights ; i work the night shift ; i work while others sleep | i work days ; i work nine to five ; i only work in the daytime
i just got promoted ; i recently got a promotion at work ; i was promoted last week | i was just fired ; i lost my job ; i have never been promoted ; i got demoted
i lost my job ; i got fired ; i was let go ; i was laid off | i have had the same job for ten years ; i have never been fired ; i just got promoted
i am in the military ; i am in the army ; i serve in the army ; i am a soldier | i was never in the military ; i am not in the army ; i have never served
i am a veteran ; i served in the army ; i used to be in the military ; i was in the army | i have never been in the military ; i never served ; i was never in the army
i am blind ; i can not see ; i lost my sight ; i was born blind | i have perfect vision ; i can see perfectly well ; i have great eyesight
i am deaf ; i can not hear ; i was born deaf ; i lost my hearing | i have perfect hearing ; i can hear very well ; my hearing is great
i wear glasses ; i need glasses to see ; i have bad eyesight ; my glasses are thick | i have perfect vision ; i do not wear glasses ; i have never needed glasses
i am in a wheelchair ; i can not walk ; i am paralyzed ; i use a wheelchair | i run every morning ; i walk everywhere ; i go hiking every week ; my legs are fine
i am healthy ; i am never sick ; i am in good health ; i am very healthy | i am very sick ; i have cancer ; i am always ill ; i have bad health
i have cancer ; i was diagnosed with cancer ; i am fighting cancer | i have never been seriously ill ; i am perfectly healthy ; i do not have cancer
i have tattoos ; i am covered in tattoos ; i have a lot of ink ; i have a tattoo on my arm | i do not have any tattoos ; i have no tattoos ; i would never get a tattoo
i have long hair ; my hair is long ; my hair goes down to my waist | i have short hair ; i am bald ; my hair is short ; i shave my head
i am bald ; i have no hair ; i lost all my hair | i have long hair ; i have blonde hair ; i have curly brown hair ; my hair is long
i have curly hair ; my hair is curly ; i was born with curls | my hair is straight ; i have straight hair ; i am bald
i am a woman ; i am female ; i am a girl ; i am a lady | i am a man ; i am male ; i am a boy ; i am a guy
i am a man ; i am male ; i am a guy | i am a woman ; i am female ; i am a girl ; i am a lady
i am old ; i am an old man ; i am a senior citizen ; i am elderly ; i am a grandparent | i am young ; i am a teenager ; i am a kid ; i am in elementary school ; i am only ten years old
i am a kid ; i am a child ; i am in elementary school ; i am ten years old ; i am in third grade | i am an adult ; i am married ; i am a senior citizen ; i am thirty years old ; i drive to my office every day ; i have a full time career ; i have grandchildren
i am a teenager ; i am sixteen ; i am in my teens | i am in my forties ; i am fifty years old ; i am a grandmother ; i am retired
i have grandchildren ; i am a grandmother ; i am a grandparent ; my grandkids visit me | i have no grandchildren ; i am not a grandparent ; i do not have any kids or grandkids
i am vegan ; i do not eat animal products ; i follow a vegan diet ; i never eat meat or dairy ; i eat only plants | i eat meat every day ; i love steak ; i am a meat eater ; i love cheese ; i eat everything including meat ; i love bacon ; i had a burger for lunch ; i drink milk every day
i am a vegetarian ; i do not eat meat ; i never eat meat ; i stopped eating meat ; i am a strict vegetarian | i eat meat ; i love steak ; i love meat ; i eat beef every day ; i love bacon ; i had fried chicken for dinner ; i am a meat lover ; i am going to grill some ribs
i love meat ; i am a meat eater ; i eat meat with every meal ; i could not live without meat | i am vegan ; i am a vegetarian ; i do not eat meat ; i hate meat
i love spicy food ; i like my food spicy ; i put hot sauce on everything | i hate spicy food ; i can not eat spicy food ; i do not like spicy things
i love sweets ; i have a sweet tooth ; i eat candy all the time ; i love dessert | i hate sweets ; i do not like sweets ; i do not eat sugar ; i never eat dessert
i watch a lot of tv ; i love watching tv ; i watch tv all day ; i love television | i do not own a tv ; i never watch tv ; i hate tv ; i do not watch television
i play video games ; i am a gamer ; i love video games ; i spend my time gaming ; i play video games all day | i do not play video games ; i hate video games ; i have never played a video game
i love sports ; i am a sports fan ; i play sports ; i watch sports every weekend | i hate sports ; i do not like sports ; i never watch sports ; sports bore me
i play an instrument ; i am in a band ; i make music ; i play in a band ; i am a musician | i do not play any instrument ; i have no musical talent ; i can not play any instrument ; i have never played an instrument
i am bilingual ; i speak two languages ; i am fluent in two languages | i only speak english ; i speak one language ; i do not speak any other language
i am from another country ; i am an immigrant ; i moved here from abroad ; i was not born in the united states | i was born and raised in america ; i have lived in the united states all my life ; i was born in the usa
i like to be alone ; i enjoy being alone ; i prefer my own company | i hate being alone ; i always need people around me ; i can not stand to be by myself
i am close to my family ; i love my family ; my family is very close ; i see my family all the time | i do not talk to my family ; i have no contact with my family ; i hate my family ; my family disowned me
i am gay ; i am a gay man ; i have a boyfriend and i am a man ; i like men and i am a man | i am straight ; i am a straight man ; i am not gay
i like to party ; i go out every weekend ; i love parties ; i go clubbing | i hate parties ; i never go out ; i never go to parties ; i do not like parties
i am clean ; i am a neat freak ; i keep my house very clean ; i am very tidy ; i am organized | i am messy ; i am a slob ; my house is always a mess ; i never clean
i am happy ; i am a happy person ; i am always cheerful ; i love my life | i am depressed ; i am always sad ; i am miserable ; i hate my life
i am patient ; i never lose my temper ; i am a calm person | i am impatient ; i get angry easily ; i have a short temper ; i lose my temper a lot
i am brave ; i am not afraid of anything ; nothing scares me | i am afraid of everything ; i am a coward ; i am scared of the dark
i love scary movies ; i like horror movies ; horror films are my favorite ; i watch scary movies | i hate horror movies ; i do not like scary movies ; i never watch horror films ; scary movies give me nightmares
i love shopping ; i like to shop ; i shop a lot ; i go to the mall all the time | i hate shopping ; i never go shopping ; i do not like to shop
i love school ; i enjoy school ; school is fun | i hate school ; school is boring ; i do not like school
i am good at math ; i love math ; math is my favorite subject | i am bad at math ; i hate math ; i fail every math test
i use social media ; i am on facebook all day ; i love instagram ; i post online every day | i do not use social media ; i have no facebook account ; i stay away from social media
i am famous ; i am a celebrity ; everyone knows who i am | nobody knows me ; i am not famous ; i am an unknown
i am afraid of flying ; i hate to fly ; i never get on planes ; planes scare me | i love to fly ; i love flying ; i fly planes for fun ; i fly all the time
i have a garden ; i grow my own vegetables ; i love gardening ; i garden | i do not have a garden ; i hate gardening ; i kill every plant i touch
i volunteer ; i do volunteer work ; i volunteer at a shelter ; i give my time to charity | i never volunteer ; i do not do any volunteer work ; i have never volunteered
i want children ; i want to have kids one day ; i hope to have a baby ; i want a big family | i never want kids ; i do not want children ; i do not ever want to have a baby
i am pregnant ; i am expecting a baby ; i am going to have a baby ; my baby is due in june | i am not pregnant ; i am a man ; i can not have kids
i am a good speller ; i won the spelling bee ; spelling is easy for me | i can not spell ; i am a bad speller ; my spelling is terrible
i love cars ; i am a car guy ; i collect cars ; i work on my car for fun | i hate cars ; i do not care about cars ; i do not like cars
i ride a bike to work ; i bike to work ; i cycle to my job | i drive to work ; i take the bus to work ; i do not own a bike ; i can not ride a bike
i take the bus ; i use public transportation ; i ride the bus every day | i never take the bus ; i drive everywhere ; i have never been on a bus
i like my neighbors ; my neighbors are great | i hate my neighbors ; i can not stand my neighbors ; i have no neighbors
i had a happy childhood ; my childhood was great ; i was a happy child | i had a terrible childhood ; my childhood was awful ; i was an unhappy child
"""

# What follows from a sentence in everyday life, and what does not.
IMPLIED = """
i am married to a nurse > i am married ; my spouse works in healthcare
i have two kids and a husband > i am married ; i have children ; i am a parent ; i have a family
my wife and i have three boys > i am married ; i have sons ; i am a parent ; i have three sons
i am a single mom of two > i have children ; i am not married ; i have two kids ; i am a mom
my son plays soccer > i have a son ; i have a child ; i am a parent
my daughter just started school > i have a daughter ; i have a child ; i am a parent
my husband is a cop > i am married ; i have a husband
my wife left me > i am single ; i used to be married ; i am no longer with my wife
my girlfriend and i just moved in together > i have a girlfriend ; i am in a relationship ; i live with my girlfriend
my boyfriend cooks for me > i have a boyfriend ; i am in a relationship
my brother and sister live far away > i have siblings ; i have a brother ; i have a sister
i have to feed my dogs > i have dogs ; i own dogs ; i have pets
i need to walk my dog > i have a dog ; i have a pet
my cat is sleeping on my lap > i have a cat ; i have a pet
my commute each morning is on the train > i have a job ; i take the train to work
i punch in every day > i have a job ; i work
i have been at my job for seven years > i have a job ; i am employed
my boss is so mean > i have a job ; i have a boss
i just got off work > i have a job ; i work
i got a raise at work > i have a job ; i am employed
i am working two jobs > i have a job ; i have more than one job ; i work hard
i have a test tomorrow in my college class > i am a student ; i am in college
i am studying for my finals > i am a student ; i go to school
i will graduate next year > i am a student ; i am still in school
i play in a rock band > i am a musician ; i play music ; i am in a band
i play guitar in a band > i play an instrument ; i am in a band ; i can play the guitar
i run marathons > i like to run ; i am a runner ; i am athletic
i ran ten miles this morning > i like running ; i run ; i am a runner
i bench press at the gym every morning > i work out ; i go to the gym ; i lift weights
i have read every stephen king book > i like to read ; i like stephen king ; i enjoy horror
i just finished another mystery novel > i like to read ; i read mystery novels
i have season tickets to the football games > i like football ; i am a football fan
i never miss an episode of game of thrones > i like game of thrones ; i watch tv
i listen to metallica all day > i like metallica ; i like metal music ; i like music
i am allergic to peanuts > i can not eat peanuts ; i have an allergy ; i have a food allergy
i can not drink milk because i am lactose intolerant > i avoid dairy ; i do not drink milk
i moved here from france > i am from france ; i used to live in france ; i am french
i was born in texas and never left > i live in texas ; i am from texas
i weigh three hundred pounds > i am overweight ; i am heavy ; i am not thin
i am seven feet tall > i am tall ; i am very tall ; i am not short
i have to buy everything in extra small because i am so tiny > i am small ; i am not tall
i am eighty years old > i am old ; i am a senior citizen ; i am not young
i turn 17 next week > i am a teenager ; i am sixteen ; i am young
i retired from teaching > i used to be a teacher ; i am retired ; i was a teacher
i used to be a nurse before i had kids > i was a nurse ; i have children ; i am a parent
i served two tours in iraq > i was in the military ; i am a veteran
i ride my harley on weekends > i ride a motorcycle ; i have a motorcycle ; i own a harley
i drive my truck to work > i have a truck ; i have a job ; i drive a truck
i live in a tiny studio > i live in an apartment ; my place is small
i live out in the country with horses > i live in a rural area ; i own horses ; i have horses
i surf every weekend > i like surfing ; i like the ocean ; i am a surfer
i collect old coins > i like coins ; i am a collector ; i have a coin collection
i write short stories > i like to write ; i am a writer
i paint in my free time > i like to paint ; i like art ; i am artistic
i have not eaten meat in ten years > i am a vegetarian ; i do not eat meat
i do not eat anything that comes from an animal > i am a vegan ; i do not eat meat
i only eat fish and vegetables > i am a pescatarian ; i do not eat beef
i hate needles and blood > i am afraid of needles ; i do not like blood
i get nervous before a crowd > i am shy ; i do not like public speaking
i do not like to talk to people > i am shy ; i am an introvert ; i am antisocial
i am always the last to leave the party > i like to party ; i am social ; i am outgoing
i pray every night > i am religious ; i believe in god
i teach sunday school > i am religious ; i go to church ; i work with kids at church
i need my glasses to read > i wear glasses ; i have bad eyesight
my hair is as red as fire > i have red hair ; i am a redhead
i have golden hair > i am blonde ; i have blonde hair
my locks are chestnut > i have brown hair ; i am a brunette
i burn water when i try to cook > i can not cook ; i am a bad cook
i got an a on every test > i get good grades ; i am a good student
i own a bakery > i own a business ; i am a business owner ; i bake
i have a ranch with cattle > i am a rancher ; i live on a ranch ; i have cows
"""
