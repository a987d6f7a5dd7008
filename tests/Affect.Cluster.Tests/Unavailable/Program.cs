// Without Orleans on the feed there is nothing to test here; the test command says so.
return 0;
