import sys

from jobs.work import work

if __name__ == "__main__":
    print(work(len(sys.argv[1])))
