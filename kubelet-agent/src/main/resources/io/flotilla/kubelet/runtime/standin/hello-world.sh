#!/bin/sh
# Stand-in for hello-world.
printf '\nHello from Docker!\n(said by the stand-in that Flotilla runs for the image hello-world)\n\n'
