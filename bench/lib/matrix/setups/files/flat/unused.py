def nobody(imports):
    for each in imports:
        print(each)
    return 1
