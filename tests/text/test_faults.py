from personae.text.faults import ends_in_loop, faults_of

RULES = "Reply in one or two short sentences and never write what anybody else says."


def test_a_good_reply_has_no_faults():
    assert faults_of("I mend radios.", instructions=[RULES], own=["Hi."], heard="What?") == []


def test_each_fault_is_named():
    assert faults_of(" … ") == ["empty"]
    assert faults_of(f"Sure. {RULES}", instructions=[RULES]) == ["leaks-prompt"]
    assert faults_of("Hi there!", own=["hi there"]) == ["repeats-itself"]
    assert faults_of("How are you?", heard="how are you") == ["echoes"]


def test_a_few_shared_words_are_no_leak():
    assert faults_of("I never write what anybody else says, ever.", instructions=[RULES]) == []


def test_a_reply_that_goes_in_circles_is_found():
    assert faults_of("I'm sorry, I'm sorry, I'm sorry.") == ["loops"]
    assert faults_of("Well. It is what it is, it is what it is, it is what it is") == ["loops"]
    assert faults_of("No, no, no, I never said never.") == []
    assert faults_of("I'm sorry, I'm sorry, I was late.") == []


def test_a_loop_is_noticed_as_soon_as_it_closes():
    assert ends_in_loop("so it is, so it is, so it is")
    assert not ends_in_loop("so it is, so it is, so it")
    assert not ends_in_loop("so it is, so it is, so it is, I said")
    assert not ends_in_loop("")
